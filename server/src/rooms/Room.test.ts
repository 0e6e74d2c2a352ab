import { ProducerId, ProgramId, seatedIds, type Grants } from '@lianmai/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BY_API } from '../program/testing/index.js';
import type { Person } from './Person.js';
import { claims, FakeChannel, type FakeProgram } from './testing/index.js';
import { codeOf, openTestRoom, R1, type TestRoom } from './testing/openTestRoom.js';

let rooms: TestRoom['rooms'];
let room: TestRoom['room'];
let media: TestRoom['media'];
let join: TestRoom['join'];
let produce: TestRoom['produce'];
beforeEach(async () => {
  vi.useFakeTimers();
  ({ rooms, room, media, join, produce } = await openTestRoom());
});
afterEach(() => vi.useRealTimers());

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
    expect(seatedIds(host.channel.last('stageChanged')!)).toHaveLength(2);
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
    ({ room, join } = await openTestRoom({ maxParticipants: 1 }));
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

describe('a server that was started again', () => {
  /** A room with a program, and Ann, whom the host had let in, on air. */
  async function leftBehind() {
    const ann = await join('ann', 'viewer');
    room.stage.request(ann.participant);
    room.stage.about({ type: 'approve', who: ann.participant.id });
    room.stage.about({ type: 'bringOnAir', who: ann.participant.id });
    const camera = room.streams.seat({ app: 'live', name: 'cam' }, 'Camera');
    for (let count = 1; count <= 3; count += 1) room.chat.say(ann.participant, { text: `message ${count}`, nonce: `n${count}` });
    const [people, streams, chat] = [room.peopleOnAir(), room.streamsOnAir(), room.latestChat(2)];
    const { profile, scene } = await room.program.start({}, BY_API);
    ({ room, join } = await openTestRoom());
    const programId = ProgramId.parse('prg_1');
    await room.resumeProgram({
      programId,
      room: R1,
      asStream: false,
      profile,
      scene,
      mix: {},
      outputs: [],
      startedAtMs: 1,
      liveSinceMs: 2,
      sources: [],
      ...{ people, streams, chat, network: null },
      runs: 1,
    });
    return { ann: ann.participant.id, camera: camera.id };
  }

  it('[ROOM-85] gives people who were on air their ids and seats back', async () => {
    const { ann: id } = await leftBehind();
    expect(room.program.info?.state).toBe('live');
    const [stranger, ann] = [await join('eve', 'viewer'), await join('ann', 'viewer')];
    expect(ann.participant.info()).toMatchObject({ id, onStage: true, role: 'guest' });
    expect(stranger.participant.info()).toMatchObject({ onStage: false, role: 'viewer' });
  });

  it('[ROOM-85] takes who comes later for somebody new', async () => {
    const { ann: id } = await leftBehind();
    await vi.advanceTimersByTimeAsync(31_000);
    const { participant } = await join('ann', 'viewer');
    expect(participant.id).not.toBe(id);
    expect(participant.onStage).toBe(false);
  });

  it('[ROOM-88] seats the streams that were on stage again, under their ids, and has the latest messages', async () => {
    const { ann: id, camera } = await leftBehind();
    const { participant } = await join('eve', 'viewer');
    const { participants, chat } = room.snapshotFor(participant);
    expect(participants.find(({ stream }) => stream)).toMatchObject({ id: camera, name: 'Camera', onStage: true });
    expect(chat.messages.map(({ participantId, text }) => [participantId, text])).toEqual([
      [id, 'message 2'],
      [id, 'message 3'],
    ]);
    room.chat.say(participant, { text: 'message 4', nonce: 'n' });
    expect(room.latestChat(100).map(({ text }) => text)).toEqual(['message 2', 'message 3', 'message 4']);
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
    ({ join, produce } = await openTestRoom());
    expect((await back('guest', { subscribe: false })).mediaKept).toBe(false);
    ({ join, produce } = await openTestRoom());
    expect((await back('guest', {})).mediaKept).toBe(true);
  });

  it('[ROOM-09] gives up the seat if it allows nothing to be published', async () => {
    const { participant } = await back('viewer', { publish: [] });
    expect(participant.info()).toMatchObject({ onStage: false, producers: [] });
    expect(seatedIds(room.stage.snapshot)).toEqual([]);
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
    expect(seatedIds(room.stage.snapshot)).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1500);
    expect(seatedIds(room.stage.snapshot)).toHaveLength(1);
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
