import type { KeySlot, SeqRange } from './packet.js';
import type { Rtt } from './Rtt.js';
import { addSeq, seqDiff } from './sequence.js';
import { newSenderStats, type SenderStats } from './stats.js';

/** Packets kept until they are acknowledged; a power of two. */
const WINDOW_PACKETS = 8192;
/** Retransmissions may take as much bandwidth as new packets: jitter alone makes 40-80 % of the packets look lost for a moment. */
const RESEND_SHARE = 1;
const MIN_BUDGET_BYTES = 128 * 1024;
const MIN_KEEP_US = 1_000_000;
const KEEP_MARGIN_US = 20_000;
const MIN_RESEND_GAP_US = 10_000;
/** Time without any acknowledgement although something is waiting for one. */
const MAX_DEAF_US = 10_000_000;

export interface SentPacket {
  seq: number;
  key: KeySlot | null;
  messageNumber: number;
  /** When it was first sent, us. */
  sentUs: number;
  payload: Buffer;
}

export interface SenderOptions {
  firstSeq: number;
  latencyUs: number;
  rtt: Rtt;
  /** Returns the payload as it goes out; null drops it. */
  encrypt: (seq: number, payload: Buffer) => { key: KeySlot | null; payload: Buffer } | null;
  transmit: (packet: SentPacket, isRetransmitted: boolean) => void;
  /** Tells the peer not to wait for these. */
  giveUp: (range: SeqRange) => void;
}

interface Slot extends SentPacket {
  resentUs: number;
}

/** The sending half: keeps packets until they are acknowledged, resends missing ones, and drops those that are too late. */
export class SrtSender {
  readonly stats: SenderStats = newSenderStats();
  readonly #options: SenderOptions;
  readonly #slots: (Slot | undefined)[] = new Array<Slot | undefined>(WINDOW_PACKETS);
  readonly #wanted = new Set<number>();
  /** The oldest packet kept, and the peer's last acknowledgement, which lags behind when packets were dropped. */
  #first: number;
  #acked: number;
  #next: number;
  #messageNumber = 0;
  #budgetBytes = MIN_BUDGET_BYTES;
  #maxBudgetBytes = MIN_BUDGET_BYTES;
  #bytesAtLastTick = 0;
  /** When the peer last acknowledged something new, or had nothing to acknowledge. */
  #heardUs: number | null = null;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#first = this.#acked = this.#next = options.firstSeq;
  }

  get packetsInFlight(): number {
    return seqDiff(this.#next, this.#first);
  }

  /** The payload is kept until it is acknowledged or dropped; do not change it before. */
  send(payload: Buffer, nowUs: number): void {
    if (this.packetsInFlight >= WINDOW_PACKETS) this.#dropOldest();
    const seq = this.#next;
    const out = this.#options.encrypt(seq, payload);
    if (!out) return;
    this.#messageNumber = (this.#messageNumber % 0x03ffffff) + 1;
    const slot: Slot = { seq, ...out, messageNumber: this.#messageNumber, sentUs: nowUs, resentUs: -Infinity };
    this.#slots[seq & (WINDOW_PACKETS - 1)] = slot;
    this.#next = addSeq(seq, 1);
    this.#heardUs ??= nowUs;
    this.stats.packets++;
    this.stats.bytes += payload.length;
    this.stats.unacknowledgedBytes += payload.length;
    this.#budgetBytes = Math.min(this.#maxBudgetBytes, this.#budgetBytes + payload.length * RESEND_SHARE);
    this.#options.transmit(slot, false);
  }

  /** Everything before `seq` has arrived. Returns false for a number that was never sent. */
  acknowledge(seq: number, nowUs: number): boolean {
    if (seqDiff(seq, this.#next) > 0) return false;
    if (seqDiff(seq, this.#acked) <= 0) return true;
    this.#acked = seq;
    this.#heardUs = nowUs;
    while (seqDiff(seq, this.#first) > 0) {
      const { payload } = this.#forgetFirst();
      this.stats.acknowledgedBytes += payload.length;
    }
    return true;
  }

  /** The peer is missing these. */
  resend(ranges: readonly SeqRange[], nowUs: number): void {
    for (const range of ranges) {
      const first = seqDiff(range[0], this.#acked) < 0 ? this.#acked : range[0];
      const last = seqDiff(range[1], this.#next) >= 0 ? addSeq(this.#next, -1) : range[1];
      if (seqDiff(first, this.#next) >= 0 || seqDiff(last, first) < 0) continue;
      if (seqDiff(first, this.#first) < 0) this.#options.giveUp([first, seqDiff(last, this.#first) < 0 ? last : addSeq(this.#first, -1)]);
      const kept = seqDiff(first, this.#first) < 0 ? this.#first : first;
      for (let seq = kept; seqDiff(seq, last) <= 0; seq = addSeq(seq, 1)) this.#want(seq, nowUs);
    }
    this.#resendWanted(nowUs);
  }

  /** Call it every 10 ms. */
  tick(nowUs: number): void {
    const { latencyUs } = this.#options;
    const keepUs = Math.max(1.25 * latencyUs, MIN_KEEP_US) + KEEP_MARGIN_US;
    while (this.packetsInFlight > 0 && nowUs - this.#slotOf(this.#first)!.sentUs > keepUs) this.#dropOldest();
    if (this.packetsInFlight === 0) this.#heardUs = null;
    this.#learnRate();
    this.#resendWanted(nowUs);
  }

  /** The peer is alive but takes nothing: what is sent to it is lost. */
  isDeaf(nowUs: number): boolean {
    return this.#heardUs !== null && nowUs - this.#heardUs > MAX_DEAF_US;
  }

  #slotOf(seq: number): Slot | undefined {
    return this.#slots[seq & (WINDOW_PACKETS - 1)];
  }

  #forgetFirst(): Slot {
    const index = this.#first & (WINDOW_PACKETS - 1);
    const slot = this.#slots[index]!;
    this.#slots[index] = undefined;
    this.#wanted.delete(this.#first);
    this.#first = addSeq(this.#first, 1);
    this.stats.unacknowledgedBytes -= slot.payload.length;
    return slot;
  }

  #dropOldest(): void {
    this.#forgetFirst();
    this.stats.dropped++;
  }

  /** libsrt's rule: a packet resent less than a short round trip ago is still on its way. */
  #want(seq: number, nowUs: number): void {
    const slot = this.#slotOf(seq);
    if (slot?.seq !== seq) return;
    const { rttUs, varianceUs } = this.#options.rtt;
    if (nowUs - slot.resentUs >= Math.max(rttUs - 4 * varianceUs, MIN_RESEND_GAP_US)) this.#wanted.add(seq);
  }

  #resendWanted(nowUs: number): void {
    for (const seq of this.#wanted) {
      const slot = this.#slotOf(seq)!;
      if (slot.payload.length > this.#budgetBytes) return;
      this.#wanted.delete(seq);
      this.#budgetBytes -= slot.payload.length;
      slot.resentUs = nowUs;
      this.stats.resent++;
      this.#options.transmit(slot, true);
    }
  }

  /** The budget may accumulate for about a second of sending. */
  #learnRate(): void {
    const bytes = this.stats.bytes - this.#bytesAtLastTick;
    this.#bytesAtLastTick = this.stats.bytes;
    const perSecond = (this.#maxBudgetBytes * 99 + bytes * 100) / 100;
    this.#maxBudgetBytes = Math.max(MIN_BUDGET_BYTES, perSecond);
  }
}
