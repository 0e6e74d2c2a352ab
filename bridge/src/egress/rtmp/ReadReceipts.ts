/** Receipts that make a habit, and how many of the last distances between them count. */
const HABIT = { atLeast: 2, remembered: 4 };
/** Media on its way to the server's program, beyond two receipts' worth. */
const SLACK_BYTES = 64 * 1024;
/** A server that counts in 32 bits, signed or not, may fall silent here for no other reason. */
const FORGET_EVERY_BYTES = 2 ** 31;

/**
 * Servers tell a publisher again and again how much they have read (Acknowledgement). One that stops reading is noticed by the missing receipt, long before
 * the kernels on both sides have buffered all they can. Only the times at which receipts come are used, since servers do not agree on what they count.
 */
export class ReadReceipts {
  /** Bytes written between the last receipts. */
  #distances: number[] = [];
  #count = 0;
  #writtenAtLast = 0;

  /** Receipts so far. */
  get count(): number {
    return this.#count;
  }

  /** A receipt has come; `writtenBytes` have been written so far. */
  add(writtenBytes: number): void {
    this.#count++;
    this.#distances.push(writtenBytes - this.#writtenAtLast);
    if (this.#distances.length > HABIT.remembered) this.#distances.shift();
    this.#writtenAtLast = writtenBytes;
  }

  /** Bytes for which a receipt should have come by now. 0 for a server that sends none. */
  overdueBytes(writtenBytes: number): number {
    if (epochOf(writtenBytes) !== epochOf(this.#writtenAtLast)) this.#distances = [];
    if (this.#distances.length < HABIT.atLeast) return 0;
    return Math.max(0, writtenBytes - this.#writtenAtLast - 2 * Math.max(...this.#distances) - SLACK_BYTES);
  }
}

const epochOf = (bytes: number) => Math.floor(bytes / FORGET_EVERY_BYTES);
