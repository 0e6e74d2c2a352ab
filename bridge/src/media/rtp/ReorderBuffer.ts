import { CounterUnwrapper } from '../CounterUnwrapper.js';
import type { RtpPacket } from './rtpPacket.js';
import type { ReorderWait } from './ReorderWait.js';

export interface ReorderEvents {
  /** The next packet in order. */
  onPacket: (packet: RtpPacket) => void;
  /** `count` packets before the next one are given up. */
  onLoss: (count: number) => void;
}

interface Held {
  packet: RtpPacket;
  sequence: number;
  arrivedAtMs: number;
}

/** RTP sequence numbers have 16 bits. */
const SEQUENCE_MODULUS = 2 ** 16;
/** A larger jump is not reordering: the sender has started over. This bounds what is held. */
const MAX_JUMP = 1000;
const MAX_GIVEN_UP = 200;

/** Puts packets in order. A gap is waited for as long as `wait` says, then given up. The owner calls `expire` at `nextExpiryMs`. */
export class ReorderBuffer {
  readonly #wait: ReorderWait;
  readonly #events: ReorderEvents;
  /** Packets behind a gap, by sequence number. */
  #held: Held[] = [];
  /** Sequence number → since when it has been missing, for packets that may still arrive too late. */
  readonly #givenUp = new Map<number, number>();
  #unwrapper = new CounterUnwrapper(SEQUENCE_MODULUS);
  #next: number | null = null;

  constructor(wait: ReorderWait, events: ReorderEvents) {
    this.#wait = wait;
    this.#events = events;
  }

  /** When the current gap is given up; null: there is none. */
  nextExpiryMs(nowMs: number): number | null {
    return this.#held.length > 0 ? this.#gapSinceMs() + this.#wait.at(nowMs) : null;
  }

  push(packet: RtpPacket, nowMs: number): void {
    const sequence = this.#unwrapper.unwrap(packet.sequence);
    const next = (this.#next ??= sequence);
    if (Math.abs(sequence - next) > MAX_JUMP) this.#restart(packet);
    else if (sequence > next) this.#hold({ packet, sequence, arrivedAtMs: nowMs });
    else if (sequence === next) this.#release(packet, nowMs);
    else this.#noteLate(sequence, nowMs);
  }

  /** Gives up gaps that have been open for too long. */
  expire(nowMs: number): void {
    for (let dueMs = this.nextExpiryMs(nowMs); dueMs !== null && dueMs <= nowMs; dueMs = this.nextExpiryMs(nowMs)) this.#giveUpGap();
  }

  #hold(held: Held): void {
    const at = this.#held.findIndex(({ sequence }) => sequence >= held.sequence);
    if (at < 0) this.#held.push(held);
    else if (this.#held[at]?.sequence !== held.sequence) this.#held.splice(at, 0, held);
  }

  #release(packet: RtpPacket, nowMs: number): void {
    if (this.#held.length > 0) this.#wait.observe(nowMs - this.#gapSinceMs(), nowMs);
    this.#deliver(packet);
    this.#releaseHeld();
  }

  #releaseHeld(): void {
    for (let first = this.#held[0]; first?.sequence === this.#next; first = this.#held[0]) {
      this.#held.shift();
      if (first) this.#deliver(first.packet);
    }
  }

  #deliver(packet: RtpPacket): void {
    this.#next = (this.#next ?? 0) + 1;
    this.#events.onPacket(packet);
  }

  #giveUpGap(): void {
    const sinceMs = this.#gapSinceMs();
    const from = this.#next ?? 0;
    const to = this.#held[0]?.sequence ?? from;
    for (let sequence = from; sequence < to; sequence++) this.#givenUp.set(sequence, sinceMs);
    for (const sequence of this.#givenUp.keys()) if (this.#givenUp.size > MAX_GIVEN_UP) this.#givenUp.delete(sequence);
    this.#next = to;
    this.#events.onLoss(to - from);
    this.#releaseHeld();
  }

  /** Too late, or a duplicate. */
  #noteLate(sequence: number, nowMs: number): void {
    const sinceMs = this.#givenUp.get(sequence);
    if (sinceMs === undefined) return;
    this.#givenUp.delete(sequence);
    this.#wait.observe(nowMs - sinceMs, nowMs);
  }

  #restart(packet: RtpPacket): void {
    while (this.#held.length > 0) this.#giveUpGap();
    this.#givenUp.clear();
    this.#unwrapper = new CounterUnwrapper(SEQUENCE_MODULUS);
    this.#next = this.#unwrapper.unwrap(packet.sequence);
    this.#events.onLoss(1);
    this.#deliver(packet);
  }

  /** A gap is noticed when the first packet behind it arrives. */
  #gapSinceMs(): number {
    let sinceMs = Infinity;
    for (const { arrivedAtMs } of this.#held) sinceMs = Math.min(sinceMs, arrivedAtMs);
    return sinceMs;
  }
}
