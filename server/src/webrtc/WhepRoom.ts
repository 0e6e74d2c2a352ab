import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { Log } from '@lianmai/kit';
import { LianmaiError, ParticipantId, streamKey, type SfuFeedTrack, type ProducerId, type StreamRef } from '@lianmai/protocol';
import type { Bridge } from '../bridge/index.js';
import type { MediaPeer, PayloadTypes, RoomMedia, Sfu } from '../sfu/index.js';
import { SfuFeed } from './SfuFeed.js';
import {
  BROWSER_PAYLOAD_TYPES,
  answerPlayer,
  chooseForPlay,
  consumerCapabilities,
  payloadTypesOf,
  SOURCE,
  type ChosenSection,
  type Offer,
  type SentSection,
} from './sdp/index.js';
import { connect, WhipSession } from './WhipSession.js';

export interface FeedRoomParts {
  sfu: Sfu;
  bridge: Bridge;
  log: Log;
  /** How long the stream stays in the SFU after its last viewer, so that the next one starts quickly, ms. */
  lingerMs: number;
}

export interface FeedRoomEvents {
  closed: [reason: string];
}

/** Routers that differ only in payload types. Browsers need two or three; the limit keeps clients from opening more. */
const MAX_CODEC_KEYS = 8;
/** A viewer who joined this recently may see the frames since the last key frame again. */
const FRESH_MS = 2000;
/** Time from choosing a room to the new viewer's first packet. */
const CONNECTING_MS = 500;

interface Viewer {
  session: WhipSession;
  codecKey: string;
  connectedAtMs: number | null;
}

/** A hub stream in the SFU, kept while it has viewers. */
export class WhepRoom extends EventEmitter<FeedRoomEvents> {
  readonly #parts: FeedRoomParts;
  readonly #feed: SfuFeed;
  readonly #viewers = new Set<Viewer>();
  readonly #producers = new Map<'audio' | 'video', ProducerId>();
  #media: RoomMedia | null = null;
  #lingering: NodeJS.Timeout | undefined;
  /** The codec keys of viewers who are being added: they count before the wait for their transport. */
  readonly #joining = new Set<{ codecKey: string }>();
  #isClosed = false;

  private constructor(feed: SfuFeed, parts: FeedRoomParts) {
    super();
    this.setMaxListeners(0);
    this.#feed = feed;
    this.#parts = parts;
    feed.once('ended', (reason) => this.close(reason));
  }

  /** Throws NOT_FOUND if the stream is not live on this bridge, and UNSUPPORTED if browsers cannot play it. */
  static async open(stream: StreamRef, parts: FeedRoomParts): Promise<WhepRoom> {
    const room = new WhepRoom(await SfuFeed.open(parts.bridge, stream), parts);
    try {
      await room.#start(stream);
      return room;
    } catch (error) {
      room.close('not started');
      throw error;
    }
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get viewers(): number {
    return this.#viewers.size + this.#joining.size;
  }

  /** Whether a new viewer gets a picture at once: made on request, or resent without disturbing others. */
  get isQuick(): boolean {
    return this.#feed.hasKeyFramesOnDemand || !this.#wouldDisturb(FRESH_MS - CONNECTING_MS);
  }

  /** Adds a viewer. Their session ends with the stream. */
  async play(offer: Offer): Promise<{ session: WhipSession; answer: string }> {
    const chosen = chooseForPlay(offer, [...this.#producers.keys()], BROWSER_PAYLOAD_TYPES);
    const payloadTypes = payloadTypesOf(chosen, BROWSER_PAYLOAD_TYPES);
    const media = this.#openMedia();
    const joining = this.#reserve(payloadTypes);
    const { codecKey } = joining;
    clearTimeout(this.#lingering);
    try {
      const peer = await media.addPeer(ParticipantId.parse(`viewer-${randomBytes(9).toString('base64url')}`), { payloadTypes });
      try {
        return await this.#open(peer, { offer, chosen, codecKey });
      } catch (error) {
        peer.close('not opened');
        throw error;
      }
    } finally {
      this.#joining.delete(joining);
      this.#lingerIfEmpty();
    }
  }

  close(reason: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#lingering);
    for (const { session } of this.#viewers) session.close(reason);
    void this.#media?.close(reason);
    this.#feed.close();
    this.emit('closed', reason);
  }

  async #start(stream: StreamRef): Promise<void> {
    const { rtp, tracks } = this.#feed;
    this.#media = await this.#parts.sfu.createStreamRoom(streamKey(stream), BROWSER_PAYLOAD_TYPES);
    const input = await this.#media.addInput(ParticipantId.parse('stream'), rtp);
    input.once('closed', () => this.close('the media worker died'));
    for (const track of tracks) this.#producers.set(track.kind, await input.produce(sourceOf(track), track));
    await this.#feed.send(input.rtp);
    if (this.#isClosed) throw new LianmaiError('NOT_FOUND', undefined, { message: 'The stream has ended. Wait until it is live again.' });
    this.#lingerIfEmpty();
  }

  async #open(peer: MediaPeer, { offer, chosen, codecKey }: { offer: Offer; chosen: readonly ChosenSection[]; codecKey: string }) {
    const transport = await connect(peer, 'receive', offer);
    const sent: SentSection[] = [];
    for (const section of chosen) {
      const producerId = this.#producers.get(section.kind);
      if (!producerId) continue;
      const consumed = await peer.consume({ transportId: transport.id, producerId, rtpCapabilities: consumerCapabilities(section) });
      await peer.setConsumerPaused(consumed.consumerId, false);
      sent.push({ ...section, parameters: consumed.rtpParameters });
    }
    const session = new WhipSession({ offer, mids: chosen.map(({ section }) => section.mid), peer, transport });
    peer.once('consumerClosed', () => session.close('the stream ended'));
    this.#add({ session, codecKey, connectedAtMs: null });
    if (this.#isClosed) throw new LianmaiError('NOT_FOUND', undefined, { message: 'The stream has ended. Wait until it is live again.' });
    return { session, answer: answerPlayer(offer, sent, transport) };
  }

  #openMedia(): RoomMedia {
    if (this.#isClosed || !this.#media)
      throw new LianmaiError('NOT_FOUND', undefined, { message: 'The stream has ended. Wait until it is live again.' });
    return this.#media;
  }

  /** Throws RATE_LIMITED for one payload type pair too many. The caller gives the reservation back. */
  #reserve({ video, audio }: PayloadTypes): { codecKey: string } {
    const key = `${video}/${audio}`;
    const keys = new Set([...this.#viewers, ...this.#joining].map(({ codecKey }) => codecKey));
    if (!keys.has(key) && keys.size >= MAX_CODEC_KEYS)
      throw new LianmaiError('RATE_LIMITED', undefined, {
        message: 'The players of this stream use too many different payload types. Try again later.',
      });
    const joining = { codecKey: key };
    this.#joining.add(joining);
    return joining;
  }

  #add(viewer: Viewer): void {
    this.#viewers.add(viewer);
    viewer.session.once('connected', () => this.#afterConnect(viewer));
    viewer.session.once('closed', () => {
      this.#viewers.delete(viewer);
      this.#lingerIfEmpty();
    });
  }

  /**
   * Resends frames to a viewer who is alone. With others watching, everybody would see the repetition, so the new viewer waits for a key
   * frame.
   */
  #afterConnect(viewer: Viewer): void {
    const mayRefresh = !this.#wouldDisturb(FRESH_MS);
    viewer.connectedAtMs = performance.now();
    if (!mayRefresh) return;
    this.#feed.refresh().catch((error: unknown) => this.#parts.log.debug({ err: error }, 'could not refresh the feed'));
  }

  #wouldDisturb(freshMs: number): boolean {
    const nowMs = performance.now();
    return [...this.#viewers].some(({ connectedAtMs }) => connectedAtMs !== null && nowMs - connectedAtMs > freshMs);
  }

  #lingerIfEmpty(): void {
    clearTimeout(this.#lingering);
    if (this.#isClosed || this.#viewers.size > 0 || this.#joining.size > 0) return;
    this.#lingering = setTimeout(() => this.close('the last viewer left'), this.#parts.lingerMs);
  }
}

const sourceOf = ({ kind }: SfuFeedTrack) => SOURCE[kind];
