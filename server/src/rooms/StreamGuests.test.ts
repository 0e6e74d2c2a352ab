import { LianmaiError, RoomId, type StreamRef } from '@lianmai/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Room } from './Room.js';
import { claims, FakeFeed, FakeChannel, testDirectory, type FakeMedia } from './testing/index.js';

const R1 = RoomId.parse('r1');
const CAM: StreamRef = { app: 'live', name: 'cam' };
let room: Room;
let media: FakeMedia;
let feeds: FakeFeed[];
let isLive: boolean;

async function open(seatLimit = 9) {
  feeds = [];
  isLive = true;
  const { rooms, media: all } = testDirectory({ seatLimit }, () => {
    if (!isLive) return Promise.reject(new LianmaiError('NOT_FOUND'));
    feeds.push(new FakeFeed());
    return Promise.resolve(feeds.at(-1)!);
  });
  room = await rooms.open(R1);
  media = all.get(R1)!;
}

beforeEach(async () => {
  vi.useFakeTimers();
  await open();
});
afterEach(() => vi.useRealTimers());

const settle = () => vi.advanceTimersByTimeAsync(0);
const info = () => room.participants.all.find(({ stream }) => stream)?.info();

describe('a stream on stage', () => {
  it('[ROOM-26] has a seat, a tile and sound like a guest, in the room and in the program', async () => {
    const channel = new FakeChannel();
    await room.join({ claims: claims('host', 'host'), channel }).ready;
    const participant = room.streams.seat(CAM, 'Camera 1');
    await settle();
    expect(info()).toMatchObject({ name: 'Camera 1', role: 'guest', onStage: true, presence: 'connected', stream: CAM });
    expect(info()?.producers.map(({ source }) => source)).toEqual(['camera', 'microphone']);
    expect(feeds[0]?.sentTo).toEqual(media.inputs[0]?.rtp);
    expect(room.stageSources().map(({ name, hasVideo, hasAudio }) => [name, hasVideo, hasAudio])).toEqual([
      ['host', false, false],
      ['Camera 1', true, true],
    ]);
    expect(room.streams.seat(CAM, 'Camera 1')).toBe(participant);
  });

  it('[ROOM-26] needs a free seat', async () => {
    await open(1);
    await room.join({ claims: claims('host', 'host'), channel: new FakeChannel() }).ready;
    expect(() => room.streams.seat(CAM, 'x')).toThrow(expect.objectContaining({ code: 'STAGE_FULL' }));
    expect(feeds).toEqual([]);
  });

  it('[ROOM-27] keeps its seat while its publisher is away, and comes back by itself, mutes included', async () => {
    const { id } = room.streams.seat(CAM, 'x');
    await settle();
    const host = room.join({ claims: claims('host', 'host'), channel: new FakeChannel() }).participant;
    await room.moderation.mute(host, { participantId: id, source: 'microphone' });
    isLive = false;
    feeds[0]!.emit('ended', 'the stream is over');
    await settle();
    expect(info()).toMatchObject({ onStage: true, presence: 'reconnecting', producers: [] });
    expect([feeds[0]!.isClosed, media.inputs[0]!.isClosed]).toEqual([true, true]);
    isLive = true;
    await vi.advanceTimersByTimeAsync(7000);
    expect(info()?.producers.map(({ source, paused }) => [source, paused])).toEqual([
      ['camera', false],
      ['microphone', true],
    ]);
    expect([...media.inputs.at(-1)!.paused.values()]).toEqual([false, true]);
  });

  it('[ROOM-88] is seated again by the next server process, muted as it was, as far as there are seats', async () => {
    const { id } = room.streams.seat(CAM, 'Camera 1');
    await settle();
    const host = room.join({ claims: claims('host', 'host'), channel: new FakeChannel() }).participant;
    await room.moderation.mute(host, { participantId: id, source: 'microphone' });
    const onAir = room.streamsOnAir();
    await open(2);
    room.streams.seatAgain([...onAir, { ...onAir[0]!, stream: { app: 'live', name: 'other' } }]);
    await settle();
    expect(room.participants.size).toBe(1);
    expect(info()).toMatchObject({ id, name: 'Camera 1', onStage: true, stream: CAM });
    expect(info()?.producers.map(({ source, paused }) => [source, paused])).toEqual([
      ['camera', false],
      ['microphone', true],
    ]);
  });

  it('[ROOM-33] is unmuted directly by the moderator, since a stream cannot be asked', async () => {
    const { id } = room.streams.seat(CAM, 'x');
    await settle();
    const host = room.join({ claims: claims('host', 'host'), channel: new FakeChannel() }).participant;
    await room.moderation.mute(host, { participantId: id, source: 'microphone' });
    expect(info()?.producers.map(({ paused }) => paused)).toEqual([false, true]);
    await room.moderation.askToUnmute(host, id);
    expect(info()?.producers.map(({ paused }) => paused)).toEqual([false, false]);
    expect([...media.inputs[0]!.paused.values()]).toEqual([false, false]);
  });

  it('[ROOM-27] is fed again after its media worker dies', async () => {
    room.streams.seat(CAM, 'x');
    await settle();
    media.inputs[0]!.close('the worker died');
    await vi.advanceTimersByTimeAsync(1000);
    expect(media.inputs.length).toBe(2);
    expect(info()?.presence).toBe('connected');
  });

  it('[ROOM-27] leaves when taken down, and keeps no room open', async () => {
    const host = room.join({ claims: claims('host', 'host'), channel: new FakeChannel() }).participant;
    const { id } = room.streams.seat(CAM, 'x');
    await settle();
    room.moderation.takeDown(host, id);
    await settle();
    expect(info()).toBeUndefined();
    expect([feeds[0]!.isClosed, media.inputs[0]!.isClosed]).toEqual([true, true]);
    room.streams.seat(CAM, 'x');
    room.leave(host, 'left');
    await vi.advanceTimersByTimeAsync(61_000);
    expect(room.isClosed).toBe(true);
    expect(feeds.every(({ isClosed }) => isClosed)).toBe(true);
  });

  it('cannot be taken over with a token', async () => {
    room.streams.seat(CAM, 'x');
    const { participant } = room.join({ claims: claims('stream:live/cam', 'guest'), channel: new FakeChannel() });
    expect(participant.stream).toBeNull();
    expect(room.participants.size).toBe(2);
  });
});
