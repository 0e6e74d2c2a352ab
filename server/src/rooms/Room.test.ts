import {
  ConsumerId,
  ProducerId,
  RoomId,
  TransportId,
  type Grants,
  type LianmaiError,
  toLianmaiError,
  type PublishSource,
} from '@lianmai/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BY_API } from '../program/testing/index.js';
import type { JoinRequest } from './contract.js';
import type { Person } from './Person.js';
import type { Room } from './Room.js';
import { claims, FakeChannel, testDirectory, type FakeProgram, type FakeMedia, type FakePeer } from './testing/index.js';

const R1 = RoomId.parse('r1');
let { rooms, media: allMedia } = testDirectory();
let room: Room;
let media: FakeMedia;

async function open(settings: Parameters<typeof testDirectory>[0] = {}) {
  ({ rooms, media: allMedia } = testDirectory(settings));
  room = await rooms.open(R1);
  media = allMedia.get(R1) as FakeMedia;
}
beforeEach(async () => {
  vi.useFakeTimers();
  await open();
});
afterEach(() => vi.useRealTimers());

async function join(identity: string, role: Grants['role'], more: { grants?: Partial<Grants>; resume?: JoinRequest['resume'] } = {}) {
  const channel = new FakeChannel();
  const joined = room.join({ claims: claims(identity, role, more.grants), channel, ...(more.resume && { resume: more.resume }) });
  await joined.ready;
  return { ...joined, channel };
}

const transportId = TransportId.parse('t1');
const produce = (participant: Person, source: PublishSource, paused = false) =>
  room.produce(participant, {
    transportId,
    source,
    kind: source === 'microphone' || source === 'screenAudio' ? 'audio' : 'video',
    rtpParameters: { codecs: [] },
    paused,
  });

const codeOf = (task: () => unknown) => {
  try {
    task();
    return null;
  } catch (error) {
    return (error as LianmaiError).code;
  }
};

describe('joining', () => {
  it('[ROOM-01] puts the host and guests on stage and viewers in the audience', async () => {
    const host = await join('host', 'host');
    const guest = await join('guest', 'guest');
    const viewer = await join('viewer', 'viewer');
    expect([host, guest, viewer].map(({ participant }) => participant.info().role)).toEqual(['host', 'guest', 'viewer']);
    expect(room.snapshotFor(viewer.participant).participants.map(({ name, onStage }) => [name, onStage])).toEqual([
      ['host', true],
      ['guest', true],
      ['viewer', false],
    ]);
  });

  it('[ROOM-02] notifies the others with complete data', async () => {
    const host = await join('host', 'host');
    const guest = await join('guest', 'guest');
    expect(host.channel.last('participantJoined')).toMatchObject({ id: guest.participant.id });
    expect(host.channel.last('participantChanged')).toMatchObject({ id: guest.participant.id, onStage: true, role: 'guest' });
    expect(host.channel.last('stageChanged')?.seats).toHaveLength(2);
  });

  it('[ROOM-03] gives the place to the person’s newer page and disconnects the older one', async () => {
    const first = await join('guest', 'guest');
    await produce(first.participant, 'camera');
    const secret = first.participant.resumeSecret;
    const second = await join('guest', 'guest');
    expect(first.channel.disconnected?.code).toBe('REPLACED');
    expect(second.participant).toBe(first.participant);
    expect(second.participant.info()).toMatchObject({ onStage: true, producers: [] });
    const resume = { participantId: first.participant.id, secret, media: 'keep' as const };
    expect(codeOf(() => room.join({ claims: claims('guest', 'guest'), channel: new FakeChannel(), resume }))).toBe('REPLACED');
    expect(room.participants.size).toBe(1);
  });

  it('[ROOM-04] lets nobody new into a locked room, except those who run it', async () => {
    const guest = await join('guest', 'guest');
    room.moderation.lock(true);
    expect(guest.channel.last('roomChanged')).toMatchObject({ locked: true });
    expect(codeOf(() => room.join({ claims: claims('x', 'guest'), channel: new FakeChannel() }))).toBe('ROOM_LOCKED');
    await join('host', 'host');
    await join('guest', 'guest');
    expect(room.participants.size).toBe(2);
  });

  it('[ROOM-05] rejects new people when the room is full', async () => {
    await open({ maxParticipants: 1 });
    await join('a', 'viewer');
    expect(codeOf(() => room.join({ claims: claims('b', 'viewer'), channel: new FakeChannel() }))).toBe('ROOM_FULL');
  });

  it('[ROOM-06] removes a participant whose media fails, and reports the error', async () => {
    media.failures = 1;
    const { participant, ready } = room.join({ claims: claims('a', 'guest'), channel: new FakeChannel() });
    await expect(ready).rejects.toThrow('no worker');
    room.leave(participant, 'lost');
    expect(room.participants.size).toBe(0);
  });
});

describe('hosts from the open lobby', () => {
  it('[ROOM-07] are hosts of the room that they opened, not of one that somebody else opened later', async () => {
    await join('lobby:first', 'host');
    expect(codeOf(() => room.join({ claims: claims('lobby:stale', 'host'), channel: new FakeChannel() }))).toBe('FORBIDDEN');
    await join('lobby:stale', 'guest');
    expect(codeOf(() => room.join({ claims: claims('lobby:stale', 'host'), channel: new FakeChannel() }))).toBe('FORBIDDEN');
    await join('co-host', 'host');
    await join('lobby:first', 'host');
    expect(room.participants.all.filter(({ isHost }) => isHost).map(({ identity }) => identity)).toEqual(['lobby:first', 'co-host']);
  });

  it('[ROOM-08] come back as hosts even if guests were faster after a restart', async () => {
    await join('lobby:guest', 'guest');
    expect((await join('lobby:first', 'host')).participant.isHost).toBe(true);
  });
});

describe('a token with fewer rights', () => {
  const back = async (role: Grants['role'], grants: Partial<Grants>) => {
    const before = await join('ann', 'guest');
    await before.participant.media.createTransport({ direction: 'send' });
    await produce(before.participant, 'camera');
    const resume = { participantId: before.participant.id, secret: before.participant.resumeSecret, media: 'keep' as const };
    return join('ann', role, { grants, resume });
  };

  it('[ROOM-09] keeps no media on resuming that it does not allow', async () => {
    const narrower = await back('guest', { publish: ['microphone'] });
    expect([narrower.mediaKept, narrower.participant.info().producers]).toEqual([false, []]);
    await open();
    expect((await back('guest', { subscribe: false })).mediaKept).toBe(false);
    await open();
    expect((await back('guest', {})).mediaKept).toBe(true);
  });

  it('[ROOM-09] gives up the seat if it allows nothing to be published', async () => {
    const { participant } = await back('viewer', { publish: [] });
    expect(participant.info()).toMatchObject({ onStage: false, producers: [] });
    expect(room.stage.snapshot.seats).toEqual([]);
  });
});

describe('a lost connection', () => {
  it('[ROOM-10] keeps seat and tracks for the grace period, then gives them up', async () => {
    const host = await join('host', 'host');
    const guest = await join('guest', 'guest');
    await produce(guest.participant, 'camera');
    room.lose(guest.participant, guest.channel);
    expect(host.channel.last('participantChanged')).toMatchObject({
      presence: 'reconnecting',
      onStage: true,
      producers: [{ source: 'camera' }],
    });
    await vi.advanceTimersByTimeAsync(29_000);
    expect(room.stage.snapshot.seats).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1500);
    expect(room.stage.snapshot.seats).toHaveLength(1);
    expect(host.channel.last('participantLeft')).toEqual({ participantId: guest.participant.id, reason: 'lost' });
  });

  it('[ROOM-11] resumes with the secret: same participant, media kept', async () => {
    const guest = await join('guest', 'guest');
    await guest.participant.media.createTransport({ direction: 'send' });
    await produce(guest.participant, 'camera');
    room.lose(guest.participant, guest.channel);
    await vi.advanceTimersByTimeAsync(20_000);
    const resume = { participantId: guest.participant.id, secret: guest.participant.resumeSecret, media: 'keep' as const };
    const back = await join('guest', 'guest', { resume });
    expect(back).toMatchObject({ participant: guest.participant, mediaKept: true });
    expect(back.participant.info()).toMatchObject({ presence: 'connected', onStage: true, producers: [{ source: 'camera' }] });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(room.participants.size).toBe(1);
  });

  it('[ROOM-12] resumes after a page reload: same seat, new media', async () => {
    const guest = await join('guest', 'guest');
    await guest.participant.media.createTransport({ direction: 'send' });
    await produce(guest.participant, 'camera');
    room.lose(guest.participant, guest.channel);
    const resume = { participantId: guest.participant.id, secret: guest.participant.resumeSecret, media: 'fresh' as const };
    const back = await join('guest', 'guest', { resume });
    expect(back.mediaKept).toBe(false);
    expect(back.participant.info()).toMatchObject({ onStage: true, producers: [] });
    expect(media.peers.get(back.participant.id)?.resets).toBe(1);
  });

  it('[ROOM-13] becomes a new participant after the grace period', async () => {
    await join('host', 'host');
    const guest = await join('guest', 'guest');
    room.lose(guest.participant, guest.channel);
    await vi.advanceTimersByTimeAsync(31_000);
    const resume = { participantId: guest.participant.id, secret: guest.participant.resumeSecret, media: 'keep' as const };
    const back = await join('guest', 'guest', { resume });
    expect(back.mediaKept).toBe(false);
    expect(back.participant.id).not.toBe(guest.participant.id);
  });

  it('[ROOM-14] of an older page does not affect the newer one', async () => {
    const first = await join('guest', 'guest');
    const second = await join('guest', 'guest');
    room.lose(second.participant, first.channel);
    expect(second.participant.info().presence).toBe('connected');
  });
});

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

describe('backstage', () => {
  async function waiting() {
    const [host, viewer, waiting] = [await join('host', 'host'), await join('v', 'viewer'), await join('w', 'viewer')];
    const { participant } = waiting;
    room.stage.request(participant);
    room.stage.about({ type: 'approve', who: participant.id });
    const camera = await produce(participant, 'camera');
    return { host, viewer, waiting, participant, camera };
  }
  const knows = ({ channel }: { channel: FakeChannel }) => channel.last('participantChanged')?.producers.length;
  const consumed = (owner: Person, by: Person) => {
    const peer = media.peers.get(by.id) as FakePeer;
    const consumerId = ConsumerId.parse(`of-${owner.id}`);
    const closed: string[] = [];
    peer.consume = () => Promise.resolve({ consumerId, participantId: owner.id }) as never;
    peer.closeConsumer = ((id: string) => closed.push(id)) as never;
    const request = { transportId, producerId: ProducerId.parse('p'), rtpCapabilities: {} };
    return room.consume(by, request).then(
      () => 'sent',
      (error: unknown) => `${toLianmaiError(error).code}, ${closed.length} closed`,
    );
  };

  it('[ROOM-80] is in no program and counts as no speaker', async () => {
    const { host, viewer, participant } = await waiting();
    expect(room.stageSources().map(({ name }) => name)).toEqual(['host']);
    media.emit('activeSpeakerChanged', participant.id);
    media.emit('speakersChanged', new Map([[participant.id, -20]]));
    expect(host.channel.last('activeSpeakerChanged')).toEqual({ participantId: null });
    expect(host.channel.last('speakersChanged')).toEqual({ levels: { [participant.id]: -20 } });
    expect(viewer.channel.last('speakersChanged')).toEqual({ levels: {} });
    room.stage.about({ type: 'bringOnAir', who: participant.id });
    expect(room.stageSources().map(({ name }) => name)).toEqual(['host', 'w']);
  });

  it('[ROOM-81] is seen and heard by moderators alone: nobody else learns of the tracks or gets them', async () => {
    const { host, viewer, waiting: self, participant } = await waiting();
    expect([knows(host), knows(viewer), knows(self)]).toEqual([1, 0, 1]);
    const late = await join('late', 'viewer');
    const known = room.snapshotFor(late.participant).participants.find(({ id }) => id === participant.id);
    expect(known).toMatchObject({ isBackstage: true, producers: [] });
    expect(await consumed(participant, host.participant)).toBe('sent');
    expect(await consumed(participant, viewer.participant)).toBe('FORBIDDEN, 1 closed');
    expect(await consumed(host.participant, participant)).toBe('sent');
  });

  it('[ROOM-82] keeps the tracks on the way to the stage and back, and stops sending them to the audience', async () => {
    const { host, viewer, participant, camera } = await waiting();
    room.stage.about({ type: 'bringOnAir', who: participant.id });
    expect(knows(viewer)).toBe(1);
    expect(await consumed(participant, viewer.participant)).toBe('sent');
    const before = media.peers.get(viewer.participant.id)?.closedConsumersOf.length ?? 0;
    room.moderation.sendBackstage(host.participant, participant.id);
    await vi.advanceTimersByTimeAsync(0);
    expect([knows(host), knows(viewer)]).toEqual([1, 0]);
    expect(participant.info().producers.map(({ id }) => id)).toEqual([camera]);
    const told = [host, viewer].map((one) => media.peers.get(one.participant.id)?.closedConsumersOf.slice(before));
    expect(told).toEqual([[], [participant.id]]);
  });

  it('[ROOM-83] is kept for somebody who comes back, a host too', async () => {
    const { host } = await waiting();
    room.moderation.sendBackstage(host.participant, host.participant.id);
    room.lose(host.participant, host.channel);
    const again = await join('host', 'host');
    expect(again.participant.info()).toMatchObject({ onStage: false, isBackstage: true });
  });

  it('[ROOM-84] is no place to which a moderator sends a host', async () => {
    const host = await join('host', 'host');
    const moderator = await join('m', 'guest', { grants: { moderate: true } });
    expect(codeOf(() => room.moderation.sendBackstage(moderator.participant, host.participant.id))).toBe('FORBIDDEN');
  });
});

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

describe('chat', () => {
  it('[ROOM-40] reaches everybody once, however often it is sent, and late joiners with the history', async () => {
    const host = await join('host', 'host');
    for (let index = 0; index < 7; index++) room.say(host.participant, { text: `message ${index}`, nonce: `n${index}` });
    room.say(host.participant, { text: 'message 6', nonce: 'n6' });
    expect(host.channel.all('chatReceived')).toHaveLength(7);
    const late = await join('late', 'viewer');
    expect(room.snapshotFor(late.participant).chat.map(({ text }) => text)).toEqual([
      'message 2',
      'message 3',
      'message 4',
      'message 5',
      'message 6',
    ]);
  });
});

describe('a lost media worker', () => {
  it('[ROOM-50] is replaced, and its participants are told to publish and subscribe again', async () => {
    const host = await join('host', 'host');
    const guest = await join('guest', 'guest');
    await guest.participant.media.createTransport({ direction: 'send' });
    await produce(guest.participant, 'camera');
    const before = media.peers.get(guest.participant.id);
    media.failures = 2;
    media.emit('peersLost', [guest.participant.id]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(guest.channel.all('mediaReset')).toHaveLength(1);
    expect(host.channel.all('mediaReset')).toHaveLength(0);
    expect(media.peers.get(guest.participant.id)).not.toBe(before);
    expect(guest.participant.info()).toMatchObject({ onStage: true, producers: [] });
    room.lose(guest.participant, guest.channel);
    const resume = { participantId: guest.participant.id, secret: guest.participant.resumeSecret, media: 'keep' as const };
    expect((await join('guest', 'guest', { resume })).mediaKept).toBe(false);
  });

  it('[ROOM-51] without a replacement ends the connection, and the page reconnects by itself', async () => {
    const guest = await join('guest', 'guest');
    media.failures = 100;
    media.emit('peersLost', [guest.participant.id]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(guest.channel.disconnected?.code).toBe('INTERNAL');
    expect(room.participants.size).toBe(0);
  });

  it('[ROOM-52] reports a track that ended with its transport', async () => {
    const guest = await join('guest', 'guest');
    const id = await produce(guest.participant, 'camera');
    media.peers.get(guest.participant.id)?.emit('producerClosed', ProducerId.parse(id));
    expect(guest.channel.last('participantChanged')?.producers).toEqual([]);
  });
});

describe('the program’s view of a room', () => {
  it('[ROOM-60] has everybody on stage in order of arrival, each followed by their share', async () => {
    const changes = vi.fn();
    room.on('stageSourcesChanged', changes);
    const host = await join('host', 'host');
    const guest = await join('guest', 'guest');
    await join('viewer', 'viewer');
    const camera = await produce(host.participant, 'camera', true);
    const microphone = await produce(host.participant, 'microphone');
    const screen = await produce(host.participant, 'screen');
    expect(room.stageSources()).toEqual([
      {
        id: `${host.participant.id}:camera`,
        kind: 'camera',
        name: 'host',
        hasVideo: false,
        hasAudio: true,
        videoProducer: camera,
        audioProducer: microphone,
      },
      {
        id: `${host.participant.id}:screen`,
        kind: 'screen',
        name: 'host',
        hasVideo: true,
        hasAudio: false,
        videoProducer: screen,
        audioProducer: null,
      },
      {
        id: `${guest.participant.id}:camera`,
        kind: 'camera',
        name: 'guest',
        hasVideo: false,
        hasAudio: false,
        videoProducer: null,
        audioProducer: null,
      },
    ]);
    expect(changes.mock.calls.length).toBeGreaterThanOrEqual(5);
  });

  it('[ROOM-61] goes to everybody; destinations and levels only to those who control it', async () => {
    const host = await join('host', 'host');
    const viewer = await join('viewer', 'viewer');
    await room.program.start({ outputs: [{ kind: 'rtmp', url: 'rtmp://example.com/app/key' }] }, BY_API);
    expect(host.channel.last('programChanged')?.outputs).toHaveLength(1);
    expect(viewer.channel.last('programChanged')).toMatchObject({ state: 'live', outputs: [] });
    (room.program as unknown as FakeProgram).emit('levels', { program: { rmsDb: -20, peakDb: -10 }, sources: {} });
    expect(host.channel.all('levelsMeasured')).toHaveLength(1);
    expect(viewer.channel.all('levelsMeasured')).toHaveLength(0);
  });
});

describe('the end of a room', () => {
  it('[ROOM-70] comes once it has been empty for long enough', async () => {
    const host = await join('host', 'host');
    room.leave(host.participant, 'left');
    await vi.advanceTimersByTimeAsync(59_000);
    expect(rooms.find(R1)).toBe(room);
    await join('host', 'host');
    await vi.advanceTimersByTimeAsync(120_000);
    expect(rooms.find(R1)).toBe(room);
    room.leave(room.participants.all[0] as Person, 'left');
    await vi.advanceTimersByTimeAsync(61_000);
    expect(rooms.find(R1)).toBeUndefined();
    expect(media.isClosed).toBe(true);
  });

  it('[ROOM-71] waits for a running program, but not for ever', async () => {
    const host = await join('host', 'host');
    await room.program.start({}, BY_API);
    room.leave(host.participant, 'left');
    await vi.advanceTimersByTimeAsync(290_000);
    expect(rooms.find(R1)).toBe(room);
    await vi.advanceTimersByTimeAsync(11_000);
    expect(rooms.find(R1)).toBeUndefined();
    expect(room.program.info?.state).toBe('ended');
  });

  it('[ROOM-72] is announced to everybody, and a new room of that name starts from scratch', async () => {
    const guest = await join('guest', 'guest');
    room.lose(guest.participant, guest.channel);
    const viewer = await join('viewer', 'viewer');
    await room.close('test');
    expect(viewer.channel.disconnected).toMatchObject({ code: 'REMOVED', message: 'The room was closed.' });
    expect(codeOf(() => room.join({ claims: claims('late', 'guest'), channel: new FakeChannel() }))).toBe('SHUTTING_DOWN');
    expect((await rooms.open(R1)).participants.size).toBe(0);
    await vi.advanceTimersByTimeAsync(200_000);
  });

  it('[ROOM-73] for all rooms at once reports that the server is shutting down', async () => {
    const host = await join('host', 'host');
    await rooms.close('SIGTERM');
    expect(host.channel.disconnected?.code).toBe('SHUTTING_DOWN');
    await expect(rooms.open(R1)).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
  });
});
