import { LianmaiError, ProducerId, type ErrorCode, type ProducerInfo } from '@lianmai/protocol';
import { describe, expect, it, vi } from 'vitest';
import type { LocalTrackState } from '../../state';
import type { Request } from '../SignallingSocket';
import { LocalSource, type WhenOff } from './LocalSource';
import type { SfuTransports } from './SfuTransports';

class FakeTrack extends EventTarget {
  readyState = 'live';
  enabled = true;
  stop() {
    this.readyState = 'ended';
  }
  getSettings() {
    return { width: 1280, height: 720 };
  }
  asTrack = () => this as unknown as MediaStreamTrack;
}

function fakeProducer(id: string, track: unknown, layers: number) {
  return {
    id,
    track,
    closed: false,
    paused: false,
    rtpParameters: { encodings: Array.from({ length: layers }, () => ({})) },
    pause() {
      this.paused = true;
    },
    resume() {
      this.paused = false;
    },
    close() {
      this.closed = true;
    },
    async replaceTrack(next: { track: unknown }) {
      this.track = next.track;
    },
  };
}

function create(whenOff: WhenOff, { onStage = true } = {}) {
  const states: LocalTrackState['state'][] = [];
  const tracks: FakeTrack[] = [];
  const producers: ReturnType<typeof fakeProducer>[] = [];
  const asked: [string, unknown][] = [];
  const world = { failsWith: null as ErrorCode | null, onStage };
  const fail = () => {
    if (world.failsWith) throw new LianmaiError(world.failsWith);
  };
  const request = async (name: string, data: unknown) => {
    fail();
    asked.push([name, data]);
    return {};
  };
  const transports = {
    isClosed: false,
    async produce(_source: string, track: unknown, isPaused: boolean) {
      fail();
      const producer = fakeProducer(`p${producers.length}`, track, whenOff === 'release' ? 3 : 1);
      producer.paused = isPaused;
      producers.push(producer);
      return producer;
    },
  };
  const open = vi.fn(async () => {
    const track = new FakeTrack();
    tracks.push(track);
    return track.asTrack();
  });
  const source = new LocalSource({
    source: whenOff === 'release' ? 'camera' : 'microphone',
    whenOff,
    open,
    request: request as unknown as Request,
    transports: () => (world.onStage ? (transports as unknown as SfuTransports) : null),
    onChange: ({ state }) => states.push(state),
    onEnded: () => undefined,
  });
  return { source, states, tracks, producers, asked, world, open };
}

const info = (id: string, paused: boolean): ProducerInfo => ({ id: ProducerId.parse(id), source: 'microphone', paused });

describe('a microphone', () => {
  it('stays open and silent when muted, so that the next word is not cut off', async () => {
    const { source, states, tracks, producers, asked, open } = create('keepOpen');
    await source.turnOn();
    await source.turnOff();
    expect(tracks[0]).toMatchObject({ readyState: 'live', enabled: false });
    expect(asked).toEqual([['setProducerPaused', { producerId: 'p0', paused: true }]]);
    await source.turnOn();
    expect(states).toEqual(['starting', 'on', 'muted', 'on']);
    expect(tracks[0]?.enabled).toBe(true);
    expect(producers).toHaveLength(1);
    expect(open).toHaveBeenCalledTimes(1);
  });

  it('is silent at once, whatever is still in progress', async () => {
    const { source, tracks } = create('keepOpen');
    await source.turnOn();
    const off = source.turnOff();
    expect(tracks[0]?.enabled).toBe(false);
    await off;
  });

  it('ends up as the last of several fast clicks said', async () => {
    const { source, producers } = create('keepOpen');
    await Promise.all([source.turnOn(), source.turnOff(), source.turnOn(), source.turnOff()]);
    expect(source.isOn).toBe(false);
    expect(producers[0]?.paused).toBe(true);
  });

  it('muted while offline is muted on the server after the resume', async () => {
    const { source, asked, world } = create('keepOpen');
    await source.turnOn();
    world.failsWith = 'TIMEOUT';
    await source.turnOff();
    world.failsWith = null;
    await source.reconcile([info('p0', false)]);
    expect(asked).toEqual([['setProducerPaused', { producerId: 'p0', paused: true }]]);
  });

  it('muted by the host while offline stays muted', async () => {
    const { source, states, asked } = create('keepOpen');
    await source.turnOn();
    await source.reconcile([info('p0', true)]);
    expect(states.at(-1)).toBe('muted');
    expect(asked).toEqual([]);
  });

  it('is published again if the server does not have it after a resume', async () => {
    const { source, producers } = create('keepOpen');
    await source.turnOn();
    await source.reconcile([]);
    expect(producers.map(({ closed }) => closed)).toEqual([true, false]);
  });

  it('keeps its device when publishing fails with the connection or the worker', async () => {
    const { source, states, producers, world } = create('keepOpen');
    world.failsWith = 'WRONG_STATE';
    await source.turnOn();
    world.failsWith = null;
    await source.republish();
    expect(states).toEqual(['starting', 'on']);
    expect(producers).toHaveLength(1);
  });

  it('turns off and says why when it may not be published', async () => {
    const { source, states, tracks, world } = create('keepOpen');
    world.failsWith = 'FORBIDDEN';
    await expect(source.turnOn()).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(states.at(-1)).toBe('off');
    expect(tracks[0]?.readyState).toBe('ended');
  });

  it('reports a device problem in its state and does not throw', async () => {
    const { source, states, open } = create('keepOpen');
    open.mockRejectedValueOnce(Object.assign(new Error('no'), { name: 'NotAllowedError' }));
    await source.turnOn();
    expect(states).toEqual(['starting', 'failed']);
  });
});

describe('a camera', () => {
  it('turns off its light when switched off, and comes back in the same producer', async () => {
    const { source, states, tracks, producers } = create('release');
    await source.turnOn();
    await source.turnOff();
    expect(tracks[0]?.readyState).toBe('ended');
    expect(producers[0]).toMatchObject({ paused: true, track: null, closed: false });
    await source.turnOn();
    expect(producers).toHaveLength(1);
    expect(producers[0]).toMatchObject({ paused: false, track: tracks[1]?.asTrack() });
    expect(states).toEqual(['starting', 'on', 'off', 'starting', 'on']);
  });

  it('keeps the producer and stops the old device when switched to another', async () => {
    const { source, tracks, producers } = create('release');
    await source.turnOn();
    await source.switchTo('other');
    expect(tracks.map(({ readyState }) => readyState)).toEqual(['ended', 'live']);
    expect(producers).toHaveLength(1);
  });

  it('is published over new transports without being opened again', async () => {
    const { source, producers, open } = create('release');
    await source.turnOn();
    await source.republish();
    expect(producers).toHaveLength(2);
    expect(open).toHaveBeenCalledTimes(1);
  });

  it('is closed and its device stopped when taken off the stage, without telling the server', async () => {
    const { source, tracks, producers, asked } = create('release');
    await source.turnOn();
    await source.drop({ isKnown: true });
    expect(tracks[0]?.readyState).toBe('ended');
    expect(producers[0]?.closed).toBe(true);
    expect(asked).toEqual([]);
  });
});
