import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { codeOf, openTestRoom, transportId, type TestRoom } from '../testing/openTestRoom.js';

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
      room.publishing.produce(participant, {
        transportId,
        source: 'microphone',
        kind: 'video',
        rtpParameters: { codecs: [] },
        paused: false,
      }),
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

describe('seats', () => {
  it('[STG-20] closes the microphone of whoever sits on a seat whose microphone is locked, until it is unlocked', async () => {
    await join('host', 'host');
    const guest = await join('guest', 'guest');
    const microphone = await produce(guest.participant, 'microphone');
    const setPaused = (paused: boolean) => room.publishing.setPaused(guest.participant, { producerId: microphone, paused });
    room.stage.run({ type: 'lockMicrophone', seat: 2, isLocked: true });
    await vi.advanceTimersByTimeAsync(0);
    expect(guest.participant.media.producerOf('microphone')?.paused).toBe(true);
    expect(guest.channel.all('trackMuted')).toEqual([{ source: 'microphone', by: null }]);
    await expect(setPaused(false)).rejects.toMatchObject({ code: 'MICROPHONE_LOCKED' });
    room.stage.run({ type: 'lockMicrophone', seat: 2, isLocked: false });
    await setPaused(false);
    expect(guest.participant.media.producerOf('microphone')?.paused).toBe(false);
  });

  it('[STG-20] starts a microphone muted there, and closes one that was being opened', async () => {
    await join('host', 'host');
    const guest = await join('guest', 'guest');
    room.stage.run({ type: 'lockMicrophone', seat: 2, isLocked: true });
    await produce(guest.participant, 'microphone');
    expect(guest.participant.media.producerOf('microphone')?.paused).toBe(true);
    room.stage.run({ type: 'lockMicrophone', seat: 2, isLocked: false });
    const opening = produce(guest.participant, 'microphone');
    room.stage.run({ type: 'lockMicrophone', seat: 2, isLocked: true });
    await opening;
    await vi.advanceTimersByTimeAsync(0);
    expect(guest.participant.media.producerOf('microphone')?.paused).toBe(true);
  });

  it('[STG-22] lets people move themselves to an empty seat, and moderators exchange others; the program follows', async () => {
    const host = await join('host', 'host');
    const [anna, bo] = [await join('anna', 'guest'), await join('bo', 'guest')];
    const order = () => room.stageSources().map(({ name }) => name);
    expect(order()).toEqual(['host', 'anna', 'bo']);
    room.moderation.move(anna.participant, { participantId: anna.participant.id, seat: 5 });
    expect(order()).toEqual(['host', 'bo', 'anna']);
    const exchange = { participantId: bo.participant.id, seat: 5 };
    expect(codeOf(() => room.moderation.move(anna.participant, exchange))).toBe('FORBIDDEN');
    room.moderation.move(host.participant, exchange);
    expect(order()).toEqual(['host', 'anna', 'bo']);
  });

  it('[STG-17] tells those whose request or invitation has expired', async () => {
    const host = await join('host', 'host');
    const [asked, invited] = [await join('anna', 'viewer'), await join('bo', 'viewer')];
    room.stage.request(asked.participant, { message: 'hello' });
    room.stage.invite(invited.participant.id, host.participant.id);
    await vi.advanceTimersByTimeAsync(61_000);
    expect(room.stage.snapshot).toMatchObject({ requests: [], invitations: [] });
    expect(asked.channel.all('stageRequestRefused')).toEqual([{ outcome: 'expired', reason: '' }]);
    expect(invited.channel.all('stageInvitationExpired')).toEqual([{}]);
  });

  it('[STG-28] refuses a command that was meant for an earlier version', async () => {
    await join('host', 'host');
    const { version } = room.stage.snapshot;
    expect(codeOf(() => room.stage.assertVersion(version))).toBeNull();
    expect(codeOf(() => room.stage.assertVersion(version - 1))).toBe('CONFLICT');
  });
});

describe('the host', () => {
  it('[STG-25] gives their rights to whom they hand the room over', async () => {
    const [host, guest] = [await join('host', 'host'), await join('guest', 'guest')];
    expect(guest.participant.grants).toMatchObject({ moderate: false, live: false });
    room.stage.transferHost(host.participant, guest.participant.id);
    expect(guest.participant.info()).toMatchObject({ role: 'host', isHost: true, isModerator: true, canLive: true });
    expect(host.participant.info()).toMatchObject({ role: 'guest', isHost: false });
    expect(guest.channel.last('chatChanged')).toMatchObject({ type: 'moderated', blockWords: [] });
    expect(room.hostName).toBe('guest');
  });

  it('[STG-26] can be replaced by a moderator a minute after their connection was lost', async () => {
    const [host, moderator] = [await join('host', 'host'), await join('mo', 'guest', { grants: { moderate: true } })];
    room.lose(host.participant, host.channel);
    expect(codeOf(() => room.stage.takeOver(moderator.participant))).toBe('WRONG_STATE');
    await vi.advanceTimersByTimeAsync(60_000);
    room.stage.takeOver(moderator.participant);
    expect(room.stage.snapshot).toMatchObject({ host: moderator.participant.id, hostAwaySinceMs: null });
    const back = await join('host', 'host');
    expect(back.participant.info()).toMatchObject({ role: 'guest', isHost: false, isModerator: true });
  });

  it('[STG-27] appoints co-hosts, who mute guests but take nobody down', async () => {
    await join('host', 'host');
    const [anna, bo] = [await join('anna', 'guest'), await join('bo', 'guest')];
    await produce(bo.participant, 'microphone');
    const mute = { participantId: bo.participant.id, source: 'microphone' } as const;
    await expect(room.moderation.mute(anna.participant, mute)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    room.stage.setCoHost(anna.participant.id, true);
    expect(anna.participant.info().isCoHost).toBe(true);
    await room.moderation.mute(anna.participant, mute);
    expect(bo.participant.media.producerOf('microphone')?.paused).toBe(true);
    expect(codeOf(() => room.moderation.takeDown(anna.participant, bo.participant.id))).toBe('FORBIDDEN');
  });
});
