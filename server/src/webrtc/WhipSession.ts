import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { LianmaiError, type TransportId } from '@lianmai/protocol';
import type { MediaPeer } from '../sfu/index.js';
import { restartFragment, type IceFragment, type Offer, type ServerTransport } from './sdp/index.js';

export interface WhipSessionEvents {
  /** ICE and DTLS are up for the first time. */
  connected: [];
  /** `isFinal`: the client ended the session on purpose. */
  closed: [reason: string, isFinal: boolean];
}

export interface WhipSessionOptions {
  offer: Offer;
  /** Accepted m-lines. */
  mids: readonly string[];
  peer: MediaPeer;
  transport: ServerTransport & { id: TransportId };
}

/** Time from the answer to a connection. Browsers give up at about the same time. */
const CONNECT_MS = 15_000;
/** A lost connection may recover by itself or by an ICE restart. The SFU takes up to 15 s longer to notice a client that went silent. */
const DISCONNECTED_MS = 8000;

const unguessable = (bytes: number) => randomBytes(bytes).toString('base64url');

/** One WHIP or WHEP client: its resource and its connection. */
export class WhipSession extends EventEmitter<WhipSessionEvents> {
  /** Last part of the resource's URL. Knowing it is enough to end the session. */
  readonly id = unguessable(24);
  readonly #options: WhipSessionOptions;
  #etag = `"${unguessable(9)}"`;
  #clientUfrag: string;
  #timer: NodeJS.Timeout | undefined;
  #isConnected = false;
  #isClosed = false;

  constructor(options: WhipSessionOptions) {
    super();
    this.#options = options;
    this.#clientUfrag = options.offer.iceUfrag;
    this.#closeIn(CONNECT_MS, 'it did not connect');
    options.peer.on('connectionChanged', (state) => this.#follow(state));
    options.peer.once('closed', (reason) => this.close(reason));
  }

  /** Identifies the current ICE generation. */
  get etag(): string {
    return this.#etag;
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** 0 if the session has ended. */
  bytesSent(): Promise<number> {
    return this.#options.peer.bytesSent().catch(() => 0);
  }

  /** Handles a PATCH. Returns a fragment after an ICE restart, or null if there is nothing to send. */
  async patch({ ufrag, pwd }: IceFragment): Promise<string | null> {
    if (ufrag === null || ufrag === this.#clientUfrag) return null;
    if (pwd === null)
      throw new LianmaiError('BAD_REQUEST', undefined, { message: 'SDP fragment: expected a=ice-pwd beside the new a=ice-ufrag' });
    const { offer, mids, peer, transport } = this.#options;
    const iceParameters = await peer.restartIce(transport.id);
    this.#clientUfrag = ufrag;
    this.#etag = `"${unguessable(9)}"`;
    return restartFragment(offer, mids, { iceParameters, iceCandidates: transport.iceCandidates });
  }

  close(reason: string, isFinal = false): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#options.peer.close(reason);
    this.emit('closed', reason, isFinal);
  }

  #follow(state: 'connected' | 'disconnected' | 'closed'): void {
    if (state === 'closed') return this.close('the client closed the connection');
    if (state === 'disconnected') return this.#closeIn(DISCONNECTED_MS, 'the connection was lost');
    clearTimeout(this.#timer);
    if (this.#isConnected) return;
    this.#isConnected = true;
    this.emit('connected');
  }

  #closeIn(ms: number, reason: string): void {
    clearTimeout(this.#timer);
    if (!this.#isClosed) this.#timer = setTimeout(() => this.close(reason), ms);
  }
}

/** Creates the client's transport on its peer. */
export async function connect(peer: MediaPeer, direction: 'send' | 'receive', { clientSetup, fingerprints }: Offer) {
  const transport = await peer.createTransport(direction);
  await peer.connectTransport(transport.id, { role: clientSetup === 'passive' ? 'server' : 'client', fingerprints });
  return transport;
}
