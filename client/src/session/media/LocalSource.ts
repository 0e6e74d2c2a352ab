import { LianmaiError, toLianmaiError, type ErrorCode, type ProducerId, type ProducerInfo, type PublishSource } from '@lianmai/protocol';
import type { types } from 'mediasoup-client';
import type { LocalTrackState } from '../../state';
import type { Request } from '../SignallingSocket';
import type { SfuTransports } from './SfuTransports';
import { stopTrack } from './capture';
import { deviceProblemOf } from './deviceProblem';
import { sendOptions } from './encodings';

/**
 * The effect of switching a source off. keepOpen: the device stays open and silent, so that the next word is not cut off
 * (microphone). release: the device's light goes out and the producer waits, paused (camera). close: nothing remains (screen).
 */
export type WhenOff = 'keepOpen' | 'release' | 'close';

export interface SourceKind {
  source: PublishSource;
  whenOff: WhenOff;
  /** Opens the device. Only for sources that need nothing else. */
  open?: (deviceId?: string | null) => Promise<MediaStreamTrack>;
}

interface LocalSourceOptions extends SourceKind {
  request: Request;
  /** null: nothing can be published now (not joined, or not on stage). Open sources are published as soon as possible. */
  transports: () => SfuTransports | null;
  onChange(state: LocalTrackState): void;
  /** The device went away, or the person stopped sharing in the browser's own bar. */
  onEnded(): void;
}

/** Lost connections, closed transports and dead workers. `republish` or `reconcile` follows, so the device stays open. */
const REPAIRED_ELSEWHERE: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['TIMEOUT', 'WRONG_STATE', 'NOT_FOUND']);

const OFF: LocalTrackState = { state: 'off', problem: null, track: null };

/** One source that we publish: its device, track and producer. Commands run in order, and the last one wins. */
export class LocalSource {
  readonly #options: LocalSourceOptions;
  #state = OFF;
  #producer: types.Producer | null = null;
  /** The server missed a change of the pause state because the connection was down. */
  #isServerBehind = false;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(options: LocalSourceOptions) {
    this.#options = options;
  }

  get isOn(): boolean {
    return this.#state.state === 'on' || this.#state.state === 'starting';
  }

  get isOpen(): boolean {
    return this.#state.track !== null;
  }

  turnOn(given?: MediaStreamTrack): Promise<void> {
    return this.#enqueue(() => this.#turnOn(given));
  }

  turnOff(): Promise<void> {
    // Silence must not wait for anything in progress.
    if (this.#state.track) this.#state.track.enabled = false;
    return this.#enqueue(() => this.#turnOff());
  }

  /** A moderator muted us. The server knows, so only our side follows. */
  mutedByHost(): Promise<void> {
    if (this.#state.track) this.#state.track.enabled = false;
    return this.#enqueue(() => this.#turnOff({ isKnown: true }));
  }

  /** Switches to another device, without a gap if the machine can open both. */
  switchTo(deviceId: string): Promise<void> {
    return this.#enqueue(() => this.#switchTo(deviceId));
  }

  /** The device was unplugged or taken away. */
  deviceLost({ reopen }: { reopen: boolean }): Promise<void> {
    return this.#enqueue(async () => {
      const wasOn = this.isOn;
      await this.#detach();
      this.#show({ state: 'failed', problem: 'noDevice', track: null });
      if (reopen && wasOn) await this.#turnOn();
      if (!this.isOn) await this.#setPaused(true);
    });
  }

  /** Publishes open sources again, over new transports. */
  republish(): Promise<void> {
    return this.#enqueue(async () => {
      this.#producer = null;
      if (this.#state.track) await this.#publish();
    });
  }

  /** Brings the server's view and ours together after a resume. */
  reconcile(known: readonly ProducerInfo[]): Promise<void> {
    return this.#enqueue(() => this.#reconcile(known));
  }

  /** Closes device, producer and state. `isKnown`: the server has already closed its side. */
  drop({ isKnown }: { isKnown: boolean }): Promise<void> {
    return this.#enqueue(() => this.#close({ isKnown }));
  }

  #enqueue(task: () => Promise<void>): Promise<void> {
    const run = this.#queue.then(task);
    this.#queue = run.catch(() => undefined);
    return run;
  }

  #show(state: LocalTrackState): void {
    this.#state = state;
    this.#options.onChange(state);
  }

  async #turnOn(given?: MediaStreamTrack): Promise<void> {
    const track = await this.#ensureTrack(given);
    if (!track) return;
    track.enabled = true;
    this.#show({ state: 'on', problem: null, track });
    await this.#publish();
  }

  /** Reports a device problem in the state. The command itself does not fail. */
  async #ensureTrack(given?: MediaStreamTrack): Promise<MediaStreamTrack | null> {
    const { open } = this.#options;
    const current = this.#state.track;
    if (current?.readyState === 'live') {
      if (given !== current) stopTrack(given);
      return current;
    }
    if (!given && !open) throw new LianmaiError('WRONG_STATE');
    this.#show({ state: 'starting', problem: null, track: null });
    try {
      const isUsable = given?.readyState === 'live';
      const track = isUsable ? given : await open?.();
      if (!track) throw new LianmaiError('WRONG_STATE');
      return this.#adopt(track);
    } catch (error) {
      this.#show({ state: 'failed', problem: deviceProblemOf(error), track: null });
      return null;
    }
  }

  #adopt(track: MediaStreamTrack): MediaStreamTrack {
    track.addEventListener('ended', () => {
      if (this.#state.track === track) this.#options.onEnded();
    });
    return track;
  }

  async #turnOff({ isKnown = false } = {}): Promise<void> {
    const { whenOff } = this.#options;
    if (whenOff === 'close') return this.#close({ isKnown: false });
    const { track } = this.#state;
    if (whenOff === 'release') {
      stopTrack(track);
      this.#show(OFF);
      await this.#detach();
    } else if (track) {
      track.enabled = false;
      this.#show({ state: 'muted', problem: null, track });
    }
    await this.#setPaused(true, isKnown);
  }

  async #close({ isKnown }: { isKnown: boolean }): Promise<void> {
    const producer = this.#producer;
    this.#producer = null;
    stopTrack(this.#state.track);
    this.#show(OFF);
    if (!producer || producer.closed) return;
    producer.close();
    if (!isKnown) await this.#tellServer('closeProducer', { producerId: producer.id as ProducerId });
  }

  async #switchTo(deviceId: string): Promise<void> {
    const { open } = this.#options;
    const { track: before, state } = this.#state;
    if (!open || !before) return;
    try {
      const track = this.#adopt(await openInPlaceOf(before, () => open(deviceId)));
      track.enabled = state === 'on';
      this.#show({ state, problem: null, track });
    } catch (error) {
      this.#show({ state: 'failed', problem: deviceProblemOf(error), track: null });
      await this.#detach();
      return await this.#setPaused(true);
    } finally {
      stopTrack(before);
    }
    await this.#publish();
  }

  async #detach(): Promise<void> {
    if (this.#producer && !this.#producer.closed) await this.#producer.replaceTrack({ track: null }).catch(() => undefined);
  }

  /** A camera with fewer pixels has fewer layers and needs another producer, which replaces this one on the server. */
  #canCarry(producer: types.Producer, track: MediaStreamTrack): boolean {
    return !producer.closed && sendOptions(this.#options.source, track).encodings.length === producer.rtpParameters.encodings?.length;
  }

  async #publish(): Promise<void> {
    const { source, transports } = this.#options;
    const { track, state } = this.#state;
    const media = transports();
    if (!media || !track) return;
    try {
      const before = this.#producer;
      if (before && this.#canCarry(before, track)) {
        await before.replaceTrack({ track });
        return await this.#setPaused(state !== 'on');
      }
      this.#producer = await media.produce(source, track, state !== 'on');
      before?.close();
    } catch (error) {
      if (media.isClosed || REPAIRED_ELSEWHERE.has(toLianmaiError(error).code)) return;
      await this.#close({ isKnown: false });
      throw error;
    }
  }

  async #setPaused(isPaused: boolean, isKnown = false): Promise<void> {
    const producer = this.#producer;
    if (!producer || producer.closed) return;
    if (isPaused) producer.pause();
    else producer.resume();
    if (!isKnown) await this.#tellServer('setProducerPaused', { producerId: producer.id as ProducerId, paused: isPaused });
  }

  /** Our side has already changed. If the connection is down, the server learns of it after the resume. */
  async #tellServer(
    ...[name, data]: ['setProducerPaused', { producerId: ProducerId; paused: boolean }] | ['closeProducer', { producerId: ProducerId }]
  ) {
    try {
      await (name === 'closeProducer' ? this.#options.request(name, data) : this.#options.request(name, data));
    } catch (error) {
      const { code } = toLianmaiError(error);
      this.#isServerBehind = code === 'TIMEOUT';
      if (code !== 'TIMEOUT' && code !== 'NOT_FOUND') throw error;
    }
  }

  async #reconcile(known: readonly ProducerInfo[]): Promise<void> {
    const producer = this.#producer;
    const info = known.find(({ id }) => id === producer?.id);
    if (!producer || !info) {
      // The server does not have it: a share that ended meanwhile, or a publication that never arrived.
      producer?.close();
      this.#producer = null;
      return this.#state.track ? this.#publish() : undefined;
    }
    if (this.#isServerBehind) {
      this.#isServerBehind = false;
      return this.#setPaused(producer.paused);
    }
    if (info.paused && !producer.paused) await this.#turnOff({ isKnown: true });
  }
}

/** Phones cannot open two cameras at once, and some drivers open a device only once. If opening fails, the old device is stopped first. */
async function openInPlaceOf(before: MediaStreamTrack, open: () => Promise<MediaStreamTrack>): Promise<MediaStreamTrack> {
  try {
    return await open();
  } catch {
    stopTrack(before);
    return open();
  }
}
