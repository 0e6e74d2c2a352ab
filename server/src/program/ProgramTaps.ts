import type { Log } from '@lianmai/kit';
import {
  canvasOf,
  layout,
  type BridgeRequestInput,
  type ProducerId,
  type ProgramId,
  type Profile,
  type Scene,
  type SourceId,
  type Tile,
} from '@lianmai/protocol';
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
  /** A track could not be attached, or its tap ended by itself: compare again. */
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

/** Keeps one tap per track that the program needs, attached on the bridge at the size of its tile. Calls must not overlap. */
export class ProgramTaps {
  readonly #options: ProgramTapsOptions;
  readonly #attached = new Map<string, Attached>();
  #isClosed = false;

  constructor(options: ProgramTapsOptions) {
    this.#options = options;
  }

  get trackIds(): string[] {
    return [...this.#attached.values()].map(({ tap }) => tap.track.trackId);
  }

  async requestKeyFrame(trackId: string): Promise<void> {
    for (const { tap } of this.#attached.values()) if (tap.track.trackId === trackId) await tap.requestKeyFrame();
  }

  /** Before a picture goes on air: what it shows and did not show before must arrive already. */
  async grow(scene: Scene, sources: readonly StageSource[]): Promise<void> {
    const sizeOf = this.#sizes(scene, sources);
    await Promise.all([...this.#attached.values()].map(({ tap, ...track }) => ifAny(sizeOf(track), (size) => tap.setSize(size))));
  }

  /** After it is on air: new and replaced tracks, then what is not shown or heard any more. */
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

  /** Make before break: the newer track feeds the living decoder before the older goes. */
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
      // The producer went away meanwhile: the room is about to say so, and what replaces it.
      log.debug({ err: error, source: track.sourceId, kind: track.kind }, 'a track could not be tapped');
      return false;
    }
    const attached = { ...track, tap };
    tap.once('closed', () => this.#afterTapClosed(attached));
    try {
      await tap.setSize(size);
      await bridge.request('attachTrack', { programId, track: tap.track });
      if (this.#isClosed) throw new Error('the program is over');
      this.#attached.set(track.key, attached);
      await tap.resume();
      return true;
    } catch (error) {
      tap.close('it could not be attached');
      if (this.#isClosed) return false;
      log.warn({ err: error, source: track.sourceId, kind: track.kind }, 'a track could not be attached to the program');
      this.#options.onLost();
      return false;
    }
  }

  async #detach(attached: Attached): Promise<void> {
    if (this.#attached.get(attached.key) === attached) this.#attached.delete(attached.key);
    attached.tap.close('not part of the program any more');
    await this.#tell({ trackId: attached.tap.track.trackId });
  }

  #afterTapClosed(attached: Attached): void {
    if (this.#isClosed || this.#attached.get(attached.key) !== attached) return;
    this.#attached.delete(attached.key);
    void this.#tell({ trackId: attached.tap.track.trackId });
    this.#options.onLost();
  }

  /** A bridge that is away or has dropped the track by itself needs no telling. */
  async #tell(data: Omit<BridgeRequestInput<'detachTrack'>, 'programId'>): Promise<void> {
    const { bridge, programId, log } = this.#options;
    await bridge
      .request('detachTrack', { programId, ...data })
      .catch((error: unknown) => log.debug({ err: error }, 'detachTrack was not answered'));
  }

  /** Pictures at the size of their tile, none where there is no tile; sound unless it is kept backstage. */
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

async function ifAny(size: Size, then: (size: NonNullable<Size>) => Promise<void>): Promise<void> {
  if (size) await then(size);
}
