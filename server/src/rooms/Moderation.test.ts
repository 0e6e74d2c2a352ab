import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { claims, FakeChannel } from './testing/index.js';
import { codeOf, openTestRoom, type TestRoom } from './testing/openTestRoom.js';

let room: TestRoom['room'];
let join: TestRoom['join'];
let produce: TestRoom['produce'];
beforeEach(async () => {
  vi.useFakeTimers();
  ({ room, join, produce } = await openTestRoom());
});
afterEach(() => vi.useRealTimers());

describe('moderation', () => {
  it('[ROOM-30] mutes: pauses the track and tells its owner by whom', async () => {
    const host = await join('host', 'host');
    const guest = await join('guest', 'guest');
    const id = await produce(guest.participant, 'microphone');
    await room.moderation.mute(host.participant, { participantId: guest.participant.id, source: 'microphone' });
    expect(guest.channel.last('trackMuted')).toEqual({ source: 'microphone', by: host.participant.id });
    expect(guest.participant.info().producers).toEqual([{ id, source: 'microphone', paused: true }]);
    await room.moderation.mute(host.participant, { participantId: guest.participant.id, source: 'camera' });
    expect(guest.channel.all('trackMuted')).toHaveLength(1);
  });

  it('[ROOM-31] removes: tells, disconnects and bars the identity', async () => {
    const host = await join('host', 'host');
    const guest = await join('guest', 'guest');
    room.moderation.remove(host.participant, guest.participant.id);
    expect(guest.channel.disconnected?.code).toBe('REMOVED');
    expect(host.channel.last('participantLeft')).toEqual({ participantId: guest.participant.id, reason: 'removed' });
    expect(codeOf(() => room.join({ claims: claims('guest', 'guest'), channel: new FakeChannel() }))).toBe('REMOVED');
  });

  it('[ROOM-32] lets only a host act on a host', async () => {
    const host = await join('host', 'host');
    const moderator = await join('m', 'guest', { grants: { moderate: true } });
    expect(codeOf(() => room.moderation.remove(moderator.participant, host.participant.id))).toBe('FORBIDDEN');
    expect(codeOf(() => room.moderation.takeDown(moderator.participant, host.participant.id))).toBe('FORBIDDEN');
    expect(codeOf(() => room.moderation.remove(host.participant, host.participant.id))).toBe('WRONG_STATE');
  });

  it('[ROOM-33] asks to unmute, which only the owner can do', async () => {
    const host = await join('host', 'host');
    const guest = await join('guest', 'guest');
    await room.moderation.askToUnmute(host.participant, guest.participant.id);
    expect(guest.channel.last('unmuteAsked')).toEqual({ by: host.participant.id });
  });
});
