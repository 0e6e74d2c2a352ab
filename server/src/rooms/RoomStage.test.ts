import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { codeOf, openTestRoom, transportId, type TestRoom } from './testing/openTestRoom.js';

let room: TestRoom['room'];
let media: TestRoom['media'];
let join: TestRoom['join'];
let produce: TestRoom['produce'];
beforeEach(async () => {
  vi.useFakeTimers();
  ({ room, media, join, produce } = await openTestRoom());
});
afterEach(() => vi.useRealTimers());

describe('the stage', () => {
  it('[ROOM-20] makes a viewer who is brought on air a guest, and a guest taken down a viewer without tracks', async () => {
    const host = await join('host', 'host');
    const viewer = await join('viewer', 'viewer');
    expect(codeOf(() => produce(viewer.participant, 'camera'))).toBe('FORBIDDEN');
    room.stage.request(viewer.participant);
    room.stage.about({ type: 'approve', who: viewer.participant.id });
    expect(viewer.participant.info()).toMatchObject({ role: 'viewer', onStage: false, isBackstage: true });
    room.stage.about({ type: 'bringOnAir', who: viewer.participant.id });
    expect(viewer.participant.info()).toMatchObject({ role: 'guest', onStage: true });
    await produce(viewer.participant, 'camera');
    room.moderation.takeDown(host.participant, viewer.participant.id);
    await vi.advanceTimersByTimeAsync(0);
    expect(viewer.participant.info()).toMatchObject({ role: 'viewer', onStage: false, producers: [] });
    expect(media.peers.get(viewer.participant.id)?.producers.size).toBe(0);
    expect(codeOf(() => produce(viewer.participant, 'camera'))).toBe('FORBIDDEN');
  });

  it('[ROOM-21] closes a track that was requested before coming down and made after it', async () => {
    const host = await join('host', 'host');
    const guest = await join('guest', 'guest');
    const producing = produce(guest.participant, 'camera');
    room.moderation.takeDown(host.participant, guest.participant.id);
    await expect(producing).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(media.peers.get(guest.participant.id)?.producers.size).toBe(0);
  });

  it('[ROOM-22] allows only the tracks that the token allows', async () => {
    const { participant } = await join('guest', 'guest', { grants: { publish: ['microphone'] } });
    await produce(participant, 'microphone');
    expect(codeOf(() => produce(participant, 'camera'))).toBe('FORBIDDEN');
    await expect(
      room.produce(participant, { transportId, source: 'microphone', kind: 'video', rtpParameters: { codecs: [] }, paused: false }),
    ).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });

  it('[ROOM-23] has one track per source: a second share replaces the first', async () => {
    const { participant } = await join('host', 'host');
    await produce(participant, 'screen');
    const second = await produce(participant, 'screen');
    expect(participant.info().producers).toEqual([{ id: second, source: 'screen', paused: false }]);
  });

  it('[ROOM-24] takes moderators up at once, and guests while it is open', async () => {
    const { participant } = await join('guest', 'guest');
    room.stage.run({ type: 'comeDown', who: participant.id });
    room.stage.request(participant);
    expect(participant.onStage).toBe(true);
  });

  it('[ROOM-25] invites nobody who may only watch', async () => {
    const host = await join('host', 'host');
    const { participant } = await join('v', 'viewer', { grants: { publish: [] } });
    expect(codeOf(() => room.stage.invite(participant.id, host.participant.id))).toBe('FORBIDDEN');
  });
});
