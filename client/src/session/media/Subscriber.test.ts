import { ConsumerId, LianmaiError, ParticipantId, ProducerId, type ParticipantInfo, type PublishSource } from '@lianmai/protocol';
import { describe, expect, it, vi } from 'vitest';
import type { Request } from '../SignallingSocket';
import type { ConsumeReply, SfuTransports } from './SfuTransports';
import { Subscriber } from './Subscriber';

const ANN = ParticipantId.parse('ann');
const producer = (id: string, source: PublishSource = 'camera') => ({ id: ProducerId.parse(id), source, paused: false });
const person = (...producers: ParticipantInfo['producers']): ParticipantInfo => ({
  id: ANN,
  name: 'Ann',
  role: 'guest',
  isHost: false,
  isCoHost: false,
  isModerator: false,
  canLive: false,
  onStage: true,
  isBackstage: false,
  presence: 'connected',
  quality: 'good',
  joinedAtMs: 1,
  producers,
});

function fakeTransports(sources: Record<string, PublishSource> = {}) {
  const transports = {
    consume: vi.fn(async (producerId: ProducerId): Promise<ConsumeReply> => ({
      consumerId: ConsumerId.parse(`c-${producerId}`),
      producerId,
      participantId: ANN,
      source: sources[producerId] ?? 'camera',
      kind: 'video',
      rtpParameters: {},
      producerPaused: false,
    })),
    receive: vi.fn(async ({ producerId }: ConsumeReply) => ({ kind: 'video', track: { of: producerId }, close: vi.fn() })),
    setConsumerPaused: vi.fn(async () => ({})),
  };
  return { transports, asTransports: transports as unknown as SfuTransports };
}

function create() {
  const shown = new Map<string, unknown>();
  const request = vi.fn(async () => ({}));
  const subscriber = new Subscriber({
    request: request as unknown as Request,
    onTrack: (_, source, track) => (track ? shown.set(source, track) : shown.delete(source)),
    onSoundBlocked: () => undefined,
  });
  return { subscriber, shown, request };
}

const settled = () => vi.waitFor(() => new Promise((resolve) => setImmediate(resolve)));

describe('receiving others', () => {
  it('creates one consumer per producer, however often it is announced', async () => {
    const { subscriber, shown } = create();
    const { transports, asTransports } = fakeTransports({ s: 'screen' });
    subscriber.attach(asTransports);
    const ann = person(producer('c'), producer('s', 'screen'));
    subscriber.sync([ann]);
    subscriber.sync([ann]);
    await settled();
    subscriber.sync([ann]);
    await settled();
    expect(transports.consume).toHaveBeenCalledTimes(2);
    expect([...shown.keys()]).toEqual(['camera', 'screen']);
  });

  it('asks for a smaller picture, from a key frame on, while the network drops much of it, and for the old size again later', async () => {
    const { subscriber, request } = create();
    subscriber.attach(fakeTransports().asTransports);
    subscriber.setTileSize(ANN, 'camera', { width: 1280, height: 720 });
    subscriber.sync([person(producer('c'))]);
    await settled();
    request.mockClear();
    let [atMs, received, lost] = [0, 0, 0];
    const second = (lossPercent: number) => {
      [atMs, received, lost] = [atMs + 1000, received + 100 - lossPercent, lost + lossPercent];
      const inbound = { type: 'inbound-rtp', kind: 'video', id: 'v', timestamp: atMs, packetsReceived: received, packetsLost: lost };
      subscriber.limit(new Map([['v', { ...inbound, bytesReceived: received * 400 }]]));
    };
    second(0);
    second(40);
    expect(request.mock.calls).toEqual([
      ['setConsumerSize', { consumerId: 'c-c', width: 320, height: 180 }],
      ['setConsumerPaused', { consumerId: 'c-c', paused: true }],
      ['setConsumerPaused', { consumerId: 'c-c', paused: false }],
    ]);
    for (let clean = 0; clean < 60; clean++) second(0);
    expect(request).toHaveBeenLastCalledWith('setConsumerSize', { consumerId: 'c-c', width: 1280, height: 720 });
  });

  it('drops the track of a producer that is gone', async () => {
    const { subscriber, shown } = create();
    subscriber.attach(fakeTransports().asTransports);
    subscriber.sync([person(producer('c'))]);
    await settled();
    subscriber.sync([person()]);
    expect(shown.size).toBe(0);
  });

  it('leaves nothing behind when the server closes before our half is ready', async () => {
    const { subscriber, shown } = create();
    const { transports, asTransports } = fakeTransports();
    subscriber.attach(asTransports);
    let finish: (() => void) | undefined;
    transports.receive.mockImplementationOnce(async () => {
      await new Promise<void>((resolve) => (finish = resolve));
      return { kind: 'video', track: { of: ProducerId.parse('c') }, close: vi.fn() };
    });
    subscriber.sync([person(producer('c'))]);
    await vi.waitFor(() => expect(finish).toBeDefined());
    subscriber.consumerClosed({ consumerId: ConsumerId.parse('c-c'), producerId: ProducerId.parse('c') });
    finish?.();
    await settled();
    expect(shown.size).toBe(0);
  });

  it('asks for everything again over new transports, and keeps the old picture until the new one arrives', async () => {
    const { subscriber, shown } = create();
    subscriber.attach(fakeTransports().asTransports);
    subscriber.sync([person(producer('c'))]);
    await settled();
    const before = shown.get('camera');
    const { transports, asTransports } = fakeTransports();
    subscriber.attach(asTransports);
    subscriber.sync([person(producer('c2'))]);
    expect(shown.get('camera')).toBe(before);
    await settled();
    expect(transports.consume).toHaveBeenCalledTimes(1);
    expect(shown.get('camera')).toEqual({ of: 'c2' });
  });

  it('hides what old transports showed and nobody publishes any more', async () => {
    const { subscriber, shown } = create();
    subscriber.attach(fakeTransports().asTransports);
    subscriber.sync([person(producer('c'))]);
    await settled();
    subscriber.attach(fakeTransports().asTransports);
    subscriber.sync([person()]);
    expect(shown.size).toBe(0);
  });

  it('does not ask again for what was refused for good', async () => {
    const { subscriber } = create();
    const { transports, asTransports } = fakeTransports();
    transports.consume.mockRejectedValue(new LianmaiError('UNSUPPORTED'));
    subscriber.attach(asTransports);
    for (let i = 0; i < 3; i++) {
      subscriber.sync([person(producer('c'))]);
      await settled();
    }
    expect(transports.consume).toHaveBeenCalledTimes(1);
  });

  it('asks again for what was refused once it has been out of reach', async () => {
    const { subscriber, shown } = create();
    const { transports, asTransports } = fakeTransports();
    transports.consume.mockRejectedValueOnce(new LianmaiError('FORBIDDEN'));
    subscriber.attach(asTransports);
    for (const people of [[person(producer('c'))], [person()], [person(producer('c'))]]) {
      subscriber.sync(people);
      await settled();
    }
    expect(transports.consume).toHaveBeenCalledTimes(2);
    expect([...shown.keys()]).toEqual(['camera']);
  });

  it('does not open a picture that nobody sees', async () => {
    const { subscriber } = create();
    const { transports, asTransports } = fakeTransports();
    subscriber.setTileSize(ANN, 'camera', null);
    subscriber.attach(asTransports);
    subscriber.sync([person(producer('c'))]);
    await settled();
    expect(transports.receive).toHaveBeenCalledTimes(1);
    expect(transports.setConsumerPaused).not.toHaveBeenCalled();
    subscriber.close();
  });
});
