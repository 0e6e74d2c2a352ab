import { randomInt } from 'node:crypto';
import { SrtConnection, type ConnectionOptions, type EndReason } from './SrtConnection.js';
import {
  EXTENSION,
  extensionFieldOf,
  HANDSHAKE_TYPE,
  readCapabilities,
  readHandshake,
  SRT_MAGIC,
  writeCapabilities,
  writeHandshake,
  writeText,
  type Handshake,
  type HandshakeExtension,
} from './handshake.js';
import { KeyRing, type KeyBytes } from './keyMaterial.js';
import { CONTROL, controlPacket, readPacket, wireTime, type ControlPacket } from './packet.js';
import { WINDOW_PACKETS } from './SrtReceiver.js';
import { rejectionOfWire, type Rejection } from './rejection.js';

export interface SrtCallerOptions {
  streamId: string;
  direction: 'in' | 'out';
  latencyMs: number;
  /** null: unencrypted. */
  passphrase: string | null;
  keyBytes?: KeyBytes;
  rotation?: ConnectionOptions['rotation'];
  delivery?: ConnectionOptions['delivery'];
  peerAddress: string;
  now: () => number;
  send: (parts: readonly Buffer[]) => void;
  deliver?: (payload: Buffer) => void;
  onConnected: (connection: SrtConnection) => void;
  onRefused: (rejection: Rejection) => void;
  onEnd: (reason: EndReason) => void;
  /** For tests: where sequence numbers start. */
  firstSeq?: number;
}

const REPEAT_US = 250_000;
const ENCRYPTION_OF = { 16: 2, 24: 3, 32: 4 } as const;

/** The calling side of a handshake, then of the connection. It repeats its messages until they are answered; the owner decides for how long. */
export class SrtCaller {
  readonly #options: SrtCallerOptions;
  readonly #keys: KeyRing | null;
  readonly #keyMessage: Buffer | null;
  readonly #socketId = randomInt(2, 2 ** 30);
  readonly #firstSeq: number;
  readonly #startUs: number;
  #cookie: number | null = null;
  #saidUs = -Infinity;
  #connection: SrtConnection | null = null;
  #isOver = false;

  private constructor(options: SrtCallerOptions, keys: KeyRing | null) {
    this.#options = options;
    this.#keys = keys;
    this.#keyMessage = keys?.message(['even']) ?? null;
    this.#firstSeq = options.firstSeq ?? randomInt(0, 2 ** 31 - 1);
    this.#startUs = options.now();
  }

  static async create(options: SrtCallerOptions): Promise<SrtCaller> {
    const { passphrase, keyBytes = 16 } = options;
    return new SrtCaller(options, passphrase === null ? null : await KeyRing.create(passphrase, keyBytes));
  }

  /** Call it every 10 ms. */
  tick(): void {
    const nowUs = this.#options.now();
    if (this.#connection) return this.#connection.tick(nowUs);
    if (this.#isOver || nowUs - this.#saidUs < REPEAT_US) return;
    this.#saidUs = nowUs;
    if (this.#cookie === null) this.#sayInduction();
    else this.#sayConclusion(this.#cookie);
  }

  receive(datagram: Buffer): void {
    const packet = readPacket(datagram);
    if (packet?.destination !== this.#socketId) return;
    const nowUs = this.#options.now();
    if (this.#connection) {
      if (packet.isControl) this.#connection.receiveControl(packet, nowUs);
      else this.#connection.receiveData(packet, nowUs);
    } else if (packet.isControl && packet.type === CONTROL.handshake && !this.#isOver) this.#receiveHandshake(packet);
  }

  close(): void {
    this.#isOver = true;
    this.#connection?.close();
  }

  #receiveHandshake(packet: ControlPacket): void {
    const answer = readHandshake(packet.body);
    if (!answer) return;
    const rejection = rejectionOfWire(answer.type);
    if (rejection) return this.#fail(rejection);
    if (answer.type === HANDSHAKE_TYPE.induction && this.#cookie === null) {
      if (answer.version !== 5 || answer.extensionField !== SRT_MAGIC) return this.#fail('version');
      this.#cookie = answer.cookie;
      this.#saidUs = -Infinity;
      this.tick();
    } else if (answer.type === HANDSHAKE_TYPE.conclusion && this.#cookie !== null) this.#conclude(answer, packet);
  }

  #conclude(answer: Handshake, packet: ControlPacket): void {
    const find = (type: number) => answer.extensions.find((extension) => extension.type === type)?.data;
    const hsResponse = find(EXTENSION.hsResponse);
    const theirs = hsResponse && readCapabilities(hsResponse);
    if (!theirs) return this.#fail('rogue');
    const keyResponse = find(EXTENSION.kmResponse);
    if (this.#keyMessage && !keyResponse?.equals(this.#keyMessage)) return this.#fail(keyResponse ? 'badSecret' : 'unsecure');
    const { direction, latencyMs, rotation, delivery, deliver, send, onEnd, onConnected, now } = this.#options;
    this.#connection = new SrtConnection({
      id: this.#socketId,
      peerId: answer.socketId,
      direction,
      firstSeq: this.#firstSeq,
      keys: this.#keys,
      latencyMs: Math.max(latencyMs, direction === 'out' ? theirs.receiveLatencyMs : theirs.sendLatencyMs),
      ...(this.#keyMessage && { peerKeyMessage: this.#keyMessage }),
      ...(rotation && { rotation }),
      ...(delivery && { delivery }),
      startUs: this.#startUs,
      peerTimestampUs: packet.timestampUs,
      nowUs: now(),
      send,
      onEnd,
      ...(deliver && { deliver }),
    });
    onConnected(this.#connection);
  }

  #fail(rejection: Rejection): void {
    this.#isOver = true;
    this.#options.onRefused(rejection);
  }

  #sayInduction(): void {
    const hello = { version: 4, encryption: 0, extensionField: 2, type: HANDSHAKE_TYPE.induction, cookie: 0 };
    this.#say({ ...hello, extensions: [] });
  }

  #sayConclusion(cookie: number): void {
    const { latencyMs, keyBytes = 16, streamId } = this.#options;
    const capabilities = writeCapabilities({ receiveLatencyMs: latencyMs, sendLatencyMs: latencyMs });
    const extensions: HandshakeExtension[] = [{ type: EXTENSION.hsRequest, data: capabilities }];
    if (this.#keyMessage) extensions.push({ type: EXTENSION.kmRequest, data: this.#keyMessage });
    if (streamId !== '') extensions.push({ type: EXTENSION.streamId, data: writeText(streamId) });
    const encryption = this.#keys ? ENCRYPTION_OF[keyBytes] : 0;
    const extensionField = extensionFieldOf(extensions);
    this.#say({ version: 5, encryption, extensionField, type: HANDSHAKE_TYPE.conclusion, cookie, extensions });
  }

  #say(handshake: Omit<Handshake, 'mtu' | 'firstSeq' | 'windowPackets' | 'socketId'>): void {
    const { send, now, peerAddress } = this.#options;
    const whole = { ...handshake, firstSeq: this.#firstSeq, windowPackets: WINDOW_PACKETS, socketId: this.#socketId };
    const timestampUs = wireTime(now(), this.#startUs);
    send([controlPacket({ type: CONTROL.handshake, timestampUs, destination: 0 }, writeHandshake(whole, peerAddress))]);
  }
}
