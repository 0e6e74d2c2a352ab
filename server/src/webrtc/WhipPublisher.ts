import { randomBytes } from 'node:crypto';
import { on, type Log } from '@lianmai/kit';
import { LianmaiError, ParticipantId, SourceId, streamKey, type StreamRef } from '@lianmai/protocol';
import type { Bridge, BridgeEvents } from '../bridge/index.js';
import type { RoomMedia, Sfu, Tap } from '../sfu/index.js';
import {
  BROWSER_PAYLOAD_TYPES,
  answerPublisher,
  chooseForPublish,
  producerParameters,
  SOURCE,
  type ChosenSection,
  type Offer,
} from './sdp/index.js';
import { connect, WhipSession } from './WhipSession.js';

export interface PublishRequest {
  offer: Offer;
  stream: StreamRef;
  ip: string;
  params: Record<string, string>;
}

interface Parts {
  sfu: Sfu;
  bridge: Bridge;
  log: Log;
}

/** The best layer, for any tile, because the stream is made from it. */
const FULL_SIZE = { width: 3840, height: 2160 };

/** Admits a publisher: authorisation and hub first (on the bridge), then the SFU, then the path from the SFU to the hub. */
export async function publish(request: PublishRequest, parts: Parts): Promise<{ session: WhipSession; answer: string }> {
  const { offer, stream, ip, params } = request;
  const chosen = chooseForPublish(offer);
  const ingestId = randomBytes(12).toString('base64url');
  const { rtp } = await parts.bridge.request('startSfuIngest', { ingestId, ...stream, ip, params });
  const ingest = new WhipPublisher(ingestId, parts);
  try {
    return await ingest.open(offer, chosen, { rtp, stream });
  } catch (error) {
    await ingest.close(false);
    throw error;
  }
}

/** A publisher's media in the SFU and its tracks on the bridge. */
class WhipPublisher {
  readonly #id: string;
  readonly #parts: Parts;
  readonly #taps = new Set<Tap>();
  readonly #unsubscribe: () => void;
  #media: RoomMedia | null = null;
  #session: WhipSession | null = null;
  #isClosed = false;

  constructor(id: string, parts: Parts) {
    this.#id = id;
    this.#parts = parts;
    this.#unsubscribe = on<BridgeEvents>(parts.bridge, {
      sfuIngestKeyFrameNeeded: ({ ingestId, trackId }) => {
        if (ingestId === this.#id) this.#requestKeyFrame(trackId);
      },
      sfuIngestEnded: ({ ingestId, reason }) => {
        if (ingestId === this.#id) this.#session?.close(reason.message);
      },
      gone: () => this.#session?.close('the bridge is gone'),
    });
  }

  async open(offer: Offer, chosen: readonly ChosenSection[], to: { rtp: { ip: string; port: number }; stream: StreamRef }) {
    this.#media = await this.#parts.sfu.createStreamRoom(`whip ${streamKey(to.stream)}`, BROWSER_PAYLOAD_TYPES);
    const peer = await this.#media.addPeer(ParticipantId.parse('publisher'));
    const transport = await connect(peer, 'send', offer);
    for (const section of chosen) {
      const { kind } = section;
      const options = { transportId: transport.id, source: SOURCE[kind], kind, rtpParameters: producerParameters(section), paused: false };
      const producerId = await peer.produce(options);
      const tap = await this.#media.tap(producerId, { ...to.rtp, sourceId: SourceId.parse(`${this.#id}:${kind}`) });
      this.#taps.add(tap);
      await tap.setSize(FULL_SIZE);
      await this.#parts.bridge.request('attachToSfuIngest', { ingestId: this.#id, track: tap.track });
      await tap.resume();
      tap.followBestLayer();
    }
    const session = new WhipSession({ offer, mids: chosen.map(({ section }) => section.mid), peer, transport });
    this.#session = session;
    session.once('closed', (reason, isFinal) => {
      this.#parts.log.info({ ...to.stream, reason }, 'WHIP publisher left');
      void this.close(isFinal);
    });
    return { session, answer: answerPublisher(offer, chosen, transport) };
  }

  async close(isFinal: boolean): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#unsubscribe();
    // A bridge that is gone, or has ended the ingest itself, need not be told.
    const telling = this.#parts.bridge.request('stopSfuIngest', { ingestId: this.#id, isFinal }).catch((error: unknown) => {
      const isKnown = error instanceof LianmaiError && (error.code === 'NOT_FOUND' || error.code === 'BRIDGE_UNAVAILABLE');
      if (!isKnown) this.#parts.log.warn({ err: error }, 'the bridge did not confirm that a publisher ended');
    });
    for (const tap of this.#taps) tap.close('the publisher left');
    await Promise.all([telling, this.#media?.close('the publisher left')]);
  }

  #requestKeyFrame(trackId: string): void {
    for (const tap of this.#taps) if (tap.track.trackId === trackId) void tap.requestKeyFrame();
  }
}
