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
  /** After its last viewer the stream is kept in the SFU this long, ms: the next one finds it running. */
  lingerMs: number;
}

export interface FeedRoomEvents {
  closed: [reason: string];
}

/** Routers that differ only in payload types: browsers need two or three, and nobody may make us open more. */
const MAX_CODEC_KEYS = 8;
/** Who has been watching for less than this does not mind seeing the pictures since the last key frame once more. */
const FRESH_MS = 2000;
/** From the question who disturbs whom to the newcomer's first packet. */
const CONNECTING_MS = 500;

interface Viewer {
  session: WhipSession;
  codecKey: string;
  connectedAtMs: number | null;
}

/** A stream of the hub in the SFU, as long as somebody watches it. */
export class WhepRoom extends EventEmitter<FeedRoomEvents> {
  readonly #parts: FeedRoomParts;
  readonly #feed: SfuFeed;
  readonly #viewers = new Set<Viewer>();
  readonly #producers = new Map<'audio' | 'video', ProducerId>();
  #media: RoomMedia | null = null;
  #lingering: NodeJS.Timeout | undefined;
  #joining = 0;
  #isClosed = false;

  private constructor(feed: SfuFeed, parts: FeedRoomParts) {
    super();
    this.setMaxListeners(0);
    this.#feed = feed;
    this.#parts = parts;
    feed.once('ended', (reason) => this.close(reason));
  }

  /** NOT_FOUND when the stream is not live on this bridge, UNSUPPORTED when browsers cannot play it. */
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
    return this.#viewers.size + this.#joining;
  }

  /** Whether a newcomer gets a picture at once: made for them, or repeated without disturbing anybody. */
  get isQuick(): boolean {
    return this.#feed.hasKeyFramesOnDemand || !this.#wouldDisturb(FRESH_MS - CONNECTING_MS);
  }

  /** Adds a viewer; their session ends with the stream. */
  async play(offer: Offer): Promise<{ session: WhipSession; answer: string }> {
    const chosen = chooseForPlay(offer, [...this.#producers.keys()], BROWSER_PAYLOAD_TYPES);
    const payloadTypes = payloadTypesOf(chosen, BROWSER_PAYLOAD_TYPES);
    const codecKey = this.#reserve(payloadTypes);
    const media = this.#openMedia();
    this.#joining++;
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
      this.#joining--;
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
    if (this.#isClosed) throw new LianmaiError('NOT_FOUND', undefined, { message: 'The stream is over.' });
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
    peer.once('consumerClosed', () => session.close('the stream is over'));
    this.#add({ session, codecKey, connectedAtMs: null });
    if (this.#isClosed) throw new LianmaiError('NOT_FOUND', undefined, { message: 'The stream is over.' });
    return { session, answer: answerPlayer(offer, sent, transport) };
  }

  #openMedia(): RoomMedia {
    if (this.#isClosed || !this.#media) throw new LianmaiError('NOT_FOUND', undefined, { message: 'The stream is over.' });
    return this.#media;
  }

  #reserve({ video, audio }: PayloadTypes): string {
    const key = `${video}/${audio}`;
    const keys = new Set([...this.#viewers].map(({ codecKey }) => codecKey));
    if (!keys.has(key) && keys.size >= MAX_CODEC_KEYS)
      throw new LianmaiError('RATE_LIMITED', undefined, { message: 'Too many kinds of players.' });
    return key;
  }

  #add(viewer: Viewer): void {
    this.#viewers.add(viewer);
    viewer.session.once('connected', () => this.#afterConnect(viewer));
    viewer.session.once('closed', () => {
      this.#viewers.delete(viewer);
      this.#lingerIfEmpty();
    });
  }

  /** A picture at once for who is alone. With others watching, everybody would see the repetition: the new one waits for the next key frame. */
  #afterConnect(viewer: Viewer): void {
    const mayRefresh = !this.#wouldDisturb(FRESH_MS);
    viewer.connectedAtMs = Date.now();
    if (!mayRefresh) return;
    this.#feed.refresh().catch((error: unknown) => this.#parts.log.debug({ err: error }, 'no refresh'));
  }

  #wouldDisturb(freshMs: number): boolean {
    const nowMs = Date.now();
    return [...this.#viewers].some(({ connectedAtMs }) => connectedAtMs !== null && nowMs - connectedAtMs > freshMs);
  }

  #lingerIfEmpty(): void {
    clearTimeout(this.#lingering);
    if (this.#isClosed || this.#viewers.size > 0 || this.#joining > 0) return;
    this.#lingering = setTimeout(() => this.close('nobody watches'), this.#parts.lingerMs);
  }
}

const sourceOf = ({ kind }: SfuFeedTrack) => SOURCE[kind];
