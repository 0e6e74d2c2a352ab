import { SrtCaller, type SrtCallerOptions } from '../SrtCaller.js';
import type { SrtConnection, EndReason } from '../SrtConnection.js';
import { SrtMultiplexer, type SrtMultiplexerOptions, type RemoteAddress, type Verdict } from '../SrtMultiplexer.js';
import type { Rejection } from '../rejection.js';
import { seededRandom, VirtualTime } from './VirtualTime.js';

export interface LinkOptions {
  seed?: number;
  /** Share of datagrams lost, either way. */
  loss?: number;
  delayMs?: number;
  /** Maximum added delay: datagrams overtake one another. */
  jitterMs?: number;
}

export const CALLER: RemoteAddress = { address: '10.0.0.1', port: 40_000 };

/** A listener and one caller on a link that loses and reorders, in virtual time. */
export class VirtualCall {
  readonly time: VirtualTime;
  readonly listener: SrtMultiplexer<string>;
  caller: SrtCaller | null = null;
  /** Payloads received by either side, with the time of delivery. */
  readonly received: { payload: Buffer; atUs: number }[] = [];
  readonly ends: string[] = [];
  refused: Rejection | null = null;
  atListener: SrtConnection | null = null;
  atCaller: SrtConnection | null = null;
  /** Every datagram, as it is sent. */
  readonly fromCaller: Buffer[] = [];
  readonly fromListener: Buffer[] = [];
  link: Required<LinkOptions>;
  readonly #random: () => number;

  constructor(link: LinkOptions = {}, options: Partial<SrtMultiplexerOptions<string>> = {}, time = new VirtualTime()) {
    this.time = time;
    this.link = { seed: 1, loss: 0, delayMs: 10, jitterMs: 0, ...link };
    this.#random = seededRandom(this.link.seed);
    this.listener = new SrtMultiplexer<string>({
      latencyMs: 120,
      now: time.now,
      delivery: 'smooth',
      send: (parts) => {
        const datagram = Buffer.concat(parts);
        this.fromListener.push(datagram);
        this.#carry(() => this.caller?.receive(datagram));
      },
      decide: () => Promise.resolve<Verdict<string>>({ accept: true, passphrase: null, client: 'client' }),
      onFailed: (_client, rejection) => this.ends.push(`failed ${rejection}`),
      onConnection: (connection) => (this.atListener = connection),
      onPayload: (_client, payload) => this.#note(payload),
      onEnd: (_client, reason: EndReason) => this.ends.push(`listener ${reason}`),
      ...options,
    });
    time.every(10_000, () => {
      this.listener.tick();
      this.caller?.tick();
    });
  }

  async call(options: Partial<SrtCallerOptions> = {}): Promise<void> {
    this.caller = await SrtCaller.create({
      streamId: '#!::r=live/cam,m=publish',
      direction: 'out',
      latencyMs: 120,
      passphrase: null,
      peerAddress: '10.0.0.2',
      now: this.time.now,
      send: (parts) => {
        const datagram = Buffer.concat(parts);
        this.fromCaller.push(datagram);
        this.#carry(() => this.listener.receive(datagram, CALLER));
      },
      deliver: (payload) => this.#note(payload),
      onConnected: (connection) => (this.atCaller = connection),
      onRefused: (rejection) => (this.refused = rejection),
      onEnd: (reason) => this.ends.push(`caller ${reason}`),
      ...options,
    });
  }

  /** Virtual time advances while promises (verdicts, key derivation) are awaited. */
  async connect(options: Partial<SrtCallerOptions> = {}): Promise<void> {
    await this.call(options);
    const isSettled = () => (this.atCaller && this.atListener) ?? this.refused;
    for (let step = 0; step < 2000 && !isSettled(); step++) {
      this.time.advance(10_000);
      await new Promise((resolve) => setTimeout(resolve, 1)); // keys are derived in real time
    }
  }

  #carry(deliver: () => void): void {
    const { loss, delayMs, jitterMs } = this.link;
    if (this.#random() < loss) return;
    this.time.after((delayMs + this.#random() * jitterMs) * 1000, deliver);
  }

  #note(payload: Buffer): void {
    this.received.push({ payload: Buffer.from(payload), atUs: this.time.nowUs });
  }
}

/** Numbered payloads at a steady pace. */
export function sendNumbered(call: VirtualCall, from: SrtConnection, { count, everyUs = 4000 }: { count: number; everyUs?: number }): void {
  for (let index = 0; index < count; index++) {
    const payload = Buffer.alloc(1316, index & 0xff);
    payload.writeUInt32BE(index);
    from.send(payload, call.time.nowUs);
    call.time.advance(everyUs);
  }
}
