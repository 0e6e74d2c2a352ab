import { KeyReceiver } from './KeyReceiver.js';
import { DEFAULT_ROTATION, KeyRotation, type RotationOptions } from './KeyRotation.js';
import type { KeyRing } from './keyMaterial.js';
import {
  CONTROL,
  controlPacket,
  dataHeader,
  EMPTY_BODY,
  readLossReport,
  USER_SUBTYPE,
  wireTime,
  wordsBody,
  type ControlPacket,
  type DataPacket,
  type SeqRange,
} from './packet.js';
import { PlayClock } from './PlayClock.js';
import { SrtReceiver, type ReceiverOptions } from './SrtReceiver.js';
import { Rtt } from './Rtt.js';
import { SrtSender, type SentPacket } from './SrtSender.js';

const KEEP_ALIVE_US = 1_000_000;
export const PEER_DEAD_US = 5_000_000;

/** `goodbye`: the peer said so. `lost`: the peer was silent. `deaf`: the peer took nothing. `closed`: by us. */
export type EndReason = 'goodbye' | 'lost' | 'deaf' | 'closed';

export interface ConnectionOptions {
  /** Our id: packets for us carry it. */
  id: number;
  peerId: number;
  /** Which way payloads go. Payloads in the other direction are dropped: they would be encrypted with the same keystream. */
  direction: 'in' | 'out';
  firstSeq: number;
  latencyMs: number;
  /** null: unencrypted. */
  keys: KeyRing | null;
  /** The peer's key message of the handshake, if the peer made the keys. */
  peerKeyMessage?: Buffer;
  rotation?: RotationOptions;
  delivery?: ReceiverOptions['delivery'];
  /** Our zero: our timestamps count from it. */
  startUs: number;
  /** The peer's timestamp that arrived with the handshake at `nowUs`. */
  peerTimestampUs: number;
  nowUs: number;
  /** Sends one datagram, given in parts. */
  send: (parts: readonly Buffer[]) => void;
  deliver?: (payload: Buffer) => void;
  onEnd: (reason: EndReason) => void;
}

/**
 * One established connection: a receiver or a sender, keys, round trip, keep-alives. Pure: the time comes with every call, datagrams go out through `send`.
 */
export class SrtConnection {
  readonly id: number;
  readonly rtt = new Rtt();
  readonly receiver: SrtReceiver | null;
  readonly sender: SrtSender | null;
  readonly rotation: KeyRotation | null;
  readonly keyReceiver: KeyReceiver | null;
  readonly #options: ConnectionOptions;
  readonly #clock: PlayClock;
  #heardUs: number;
  #sentUs: number;
  #nowUs: number;
  #isEnded = false;

  constructor(options: ConnectionOptions) {
    const { id, nowUs, peerTimestampUs, latencyMs, firstSeq, keys, direction, peerKeyMessage } = options;
    const { rtt } = this;
    this.#options = options;
    this.id = id;
    this.#heardUs = this.#sentUs = this.#nowUs = nowUs;
    const latencyUs = latencyMs * 1000;
    this.#clock = new PlayClock({ nowUs, timestampUs: peerTimestampUs, latencyUs });
    const isOut = direction === 'out';
    this.rotation =
      keys && isOut
        ? new KeyRotation(keys, options.rotation ?? DEFAULT_ROTATION, (message) => this.#sendKeys('keyRequest', message))
        : null;
    this.keyReceiver = keys && !isOut && peerKeyMessage ? new KeyReceiver(keys, peerKeyMessage) : null;
    this.sender = isOut ? this.#createSender(firstSeq, latencyUs) : null;
    this.receiver = isOut
      ? null
      : new SrtReceiver({
          firstSeq,
          rtt,
          clock: this.#clock,
          delivery: options.delivery ?? 'smooth',
          deliver: options.deliver ?? (() => undefined),
          send: (type, info, body) => this.#sendControl(type, info, body),
        });
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  silentUs(nowUs: number): number {
    return nowUs - this.#heardUs;
  }

  /** Only for a connection whose direction is out. */
  send(payload: Buffer, nowUs: number): void {
    this.#nowUs = nowUs;
    if (!this.#isEnded) this.sender?.send(payload, nowUs);
  }

  receiveData(packet: DataPacket, nowUs: number): void {
    if (this.#isEnded) return;
    this.#nowUs = this.#heardUs = nowUs;
    if (!this.receiver) return;
    const payload = this.#decrypt(packet);
    if (payload) this.receiver.receive({ seq: packet.seq, timestampUs: packet.timestampUs, payload }, nowUs);
    else this.receiver.stats.refused++;
  }

  receiveControl(packet: ControlPacket, nowUs: number): void {
    if (this.#isEnded) return;
    this.#nowUs = this.#heardUs = nowUs;
    const { type, info, body } = packet;
    if (type === CONTROL.ack) this.#handleAck(info, body);
    else if (type === CONTROL.nak) this.sender?.resend(readLossReport(body), nowUs);
    else if (type === CONTROL.ackAck) this.#handleAckAck(packet);
    else if (type === CONTROL.dropRequest && body.length >= 8)
      this.receiver?.drop(body.readUInt32BE(0) & 0x7fffffff, body.readUInt32BE(4) & 0x7fffffff, nowUs);
    else if (type === CONTROL.user) this.#handleKeys(packet.subtype, body);
    else if (type === CONTROL.shutdown) this.#end('goodbye');
  }

  /** Call it every 10 ms. */
  tick(nowUs: number): void {
    if (this.#isEnded) return;
    this.#nowUs = nowUs;
    if (nowUs - this.#heardUs > PEER_DEAD_US) return this.#end('lost');
    this.receiver?.tick(nowUs);
    this.sender?.tick(nowUs);
    this.rotation?.tick(nowUs);
    if (this.sender?.isDeaf(nowUs)) return this.close('deaf');
    if (nowUs - this.#sentUs >= KEEP_ALIVE_US) this.#sendControl(CONTROL.keepAlive, 0, EMPTY_BODY);
  }

  close(reason: EndReason = 'closed'): void {
    if (this.#isEnded) return;
    this.#sendControl(CONTROL.shutdown, 0, EMPTY_BODY);
    this.#end(reason);
  }

  #createSender(firstSeq: number, latencyUs: number): SrtSender {
    return new SrtSender({
      firstSeq,
      latencyUs,
      rtt: this.rtt,
      encrypt: (seq, payload) => (this.rotation ? this.rotation.encrypt(seq, payload) : { key: null, payload }),
      transmit: (packet, isRetransmitted) => this.#transmit(packet, isRetransmitted),
      giveUp: ([first, last]: SeqRange) => this.#sendControl(CONTROL.dropRequest, 0, wordsBody([first, last])),
    });
  }

  /** Encrypted connections accept nothing in clear, and others nothing encrypted. The datagram is ours, so an unencrypted payload needs no copy. */
  #decrypt({ key, seq, payload }: DataPacket): Buffer | null {
    const { keys } = this.#options;
    if (!keys) return key === null ? payload : null;
    return key === null ? null : keys.crypt(key, seq, payload);
  }

  #handleAck(ackNumber: number, body: Buffer): void {
    if (!this.sender || body.length < 4) return;
    const isKnown = this.sender.acknowledge(body.readUInt32BE(0) & 0x7fffffff, this.#nowUs);
    if (!isKnown || ackNumber === 0) return;
    if (body.length >= 12) this.rtt.adopt(body.readUInt32BE(4), body.readUInt32BE(8));
    this.#sendControl(CONTROL.ackAck, ackNumber, EMPTY_BODY);
  }

  #handleAckAck({ info, timestampUs }: ControlPacket): void {
    if (!this.receiver) return;
    this.receiver.acknowledged(info, this.#nowUs);
    const { firstUs, rttUs } = this.rtt;
    if (firstUs !== null) this.#clock.sampleDrift(timestampUs, this.#nowUs, (rttUs - firstUs) / 2);
  }

  #handleKeys(subtype: number, body: Buffer): void {
    if (subtype === USER_SUBTYPE.keyResponse) return this.rotation?.confirm(body);
    if (subtype !== USER_SUBTYPE.keyRequest) return;
    const answer = this.keyReceiver?.receive(body, this.#nowUs);
    if (answer) this.#sendKeys('keyResponse', answer);
  }

  #sendKeys(what: keyof typeof USER_SUBTYPE, message: Buffer): void {
    this.#sendControl(CONTROL.user, 0, message, USER_SUBTYPE[what]);
  }

  #transmit({ seq, key, messageNumber, sentUs, payload }: SentPacket, isRetransmitted: boolean): void {
    const { peerId: destination, startUs, send } = this.#options;
    this.#sentUs = this.#nowUs;
    send([dataHeader({ seq, key, isRetransmitted, messageNumber, timestampUs: wireTime(sentUs, startUs), destination }), payload]);
  }

  #sendControl(type: number, info: number, body: Buffer, subtype = 0): void {
    const { peerId: destination, startUs, send } = this.#options;
    this.#sentUs = this.#nowUs;
    send([controlPacket({ type, subtype, info, timestampUs: wireTime(this.#nowUs, startUs), destination }, body)]);
  }

  #end(reason: EndReason): void {
    this.#isEnded = true;
    this.#options.onEnd(reason);
  }
}
