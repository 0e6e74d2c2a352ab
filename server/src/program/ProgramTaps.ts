import type { Log } from '@lianmai/kit';
import { canvasOf, layout, type ProducerId, type ProgramId, type Profile, type Scene, type SourceId, type Tile } from '@lianmai/protocol';
import type { Bridge } from '../bridge/index.js';
import type { RoomMedia, Tap } from '../sfu/index.js';
import type { StageSource } from './contract.js';

export interface ProgramTapsOptions {
  media: RoomMedia;
  bridge: Bridge;
  programId: ProgramId;
  profile: Profile;
  /** Where the bridge receives this program's RTP. */
  rtp: { ip: string; port: number };
  log: Log;
  /** A track could not be attached, or its tap has closed: reconcile again. */
  onLost: () => void;
}

interface Wanted {
  key: string;
  sourceId: SourceId;
  kind: 'audio' | 'video';
  producerId: ProducerId;
}

interface Attached extends Wanted {
  tap: Tap;
}

type Size = { width: number; height: number } | null;

/** Keeps one tap for each track that the program needs, attached on the bridge at the size of its tile. Calls must not overlap. */
export class ProgramTaps {
  readonly #options: ProgramTapsOptions;
  readonly #attached = new Map<string, Attached>();
  #isClosed = false;

  constructor(options: ProgramTapsOptions) {
    this.#options = options;
  }

  async requestKeyFrame(trackId: string): Promise<void> {
    for (const { tap } of this.#attached.values()) if (tap.track.trackId === trackId) await tap.requestKeyFrame();
  }

  /** Call before a scene goes on air, so that tracks which it shows larger, or for the first time, arrive in time. */
  async grow(scene: Scene, sources: readonly StageSource[]): Promise<void> {
    const sizeOf = this.#sizes(scene, sources);
    const growing = [...this.#attached.values()].map(async ({ tap, ...track }) => {
      const size = sizeOf(track);
      if (size) await tap.setSize(size);
    });
    await Promise.all(growing);
  }

  /** Call after a scene is on air. Attaches new and replaced tracks, then detaches those whose source has left the stage. */
  async reconcile(scene: Scene, sources: readonly StageSource[]): Promise<void> {
    const wanted = new Map(sources.flatMap(tracksOf).map((track) => [track.key, track]));
    const sizeOf = this.#sizes(scene, sources);
    await Promise.all([...wanted.values()].map((track) => this.#ensure(track, sizeOf(track))));
    const unwanted = [...this.#attached.values()].filter(({ key }) => !wanted.has(key));
    await Promise.all(unwanted.map((track) => this.#detach(track)));
  }

  close(reason: string): void {
    this.#isClosed = true;
    const attached = [...this.#attached.values()];
    this.#attached.clear();
    for (const { tap } of attached) tap.close(reason);
  }

  /** Make before break: the new track is attached before the old one is detached, so the decoder never runs dry. */
  async #ensure(track: Wanted, size: Size): Promise<void> {
    const current = this.#attached.get(track.key);
    if (current?.producerId === track.producerId) return current.tap.setSize(size);
    const opened = await this.#open(track, size);
    if (opened && current) await this.#detach(current);
  }

  async #open(track: Wanted, size: Size): Promise<boolean> {
    const { media, bridge, programId, rtp, log } = this.#options;
    let tap: Tap;
    try {
      tap = await media.tap(track.producerId, { ...rtp, sourceId: track.sourceId });
    } catch (error) {
      // The producer has just closed. The room will announce that, with its replacement if there is one.
      log.debug({ err: error, source: track.sourceId, kind: track.kind }, 'a track could not be tapped');
      return false;
    }
    const attached = { ...track, tap };
    tap.once('closed', () => this.#afterTapClosed(attached));
    try {
      await tap.setSize(size);
      await bridge.request('attachTrack', { programId, track: tap.track });
      if (this.#isClosed) throw new Error('the program has ended');
      this.#attached.set(track.key, attached);
      await tap.resume();
      return true;
    } catch (error) {
      tap.close('the track could not be attached');
      if (this.#isClosed) return false;
      log.warn({ err: error, source: track.sourceId, kind: track.kind }, 'a track could not be attached to the program');
      this.#options.onLost();
      return false;
    }
  }

  async #detach(attached: Attached): Promise<void> {
    if (this.#attached.get(attached.key) === attached) this.#attached.delete(attached.key);
    attached.tap.close('no longer part of the program');
    await this.#detachOnBridge(attached.tap);
  }

  #afterTapClosed(attached: Attached): void {
    if (this.#isClosed || this.#attached.get(attached.key) !== attached) return;
    this.#attached.delete(attached.key);
    void this.#detachOnBridge(attached.tap);
    this.#options.onLost();
  }

  /** Failures are only logged: a bridge that is away, or has dropped the track already, need not be told. */
  async #detachOnBridge({ track: { trackId } }: Tap): Promise<void> {
    const { bridge, programId, log } = this.#options;
    try {
      await bridge.request('detachTrack', { programId, trackId });
    } catch (error) {
      log.debug({ err: error }, 'detachTrack failed');
    }
  }

  /** Video gets the size of its tile, or null without a tile. Audio gets null (paused) while its source is hidden, or else a nominal size. */
  #sizes(scene: Scene, sources: readonly StageSource[]): (track: Pick<Wanted, 'sourceId' | 'kind'>) => Size {
    const tiles = new Map<SourceId, Tile>(layout(canvasOf(this.#options.profile), scene, sources).map((tile) => [tile.sourceId, tile]));
    return ({ sourceId, kind }) => {
      if (kind === 'audio') return scene.hidden.includes(sourceId) ? null : { width: 1, height: 1 };
      return tiles.get(sourceId) ?? null;
    };
  }
}

function tracksOf({ id, videoProducer, audioProducer }: StageSource): Wanted[] {
  const track = (kind: Wanted['kind'], producerId: ProducerId | null): Wanted[] =>
    producerId ? [{ key: `${id}/${kind}`, sourceId: id, kind, producerId }] : [];
  return [...track('video', videoProducer), ...track('audio', audioProducer)];
}
