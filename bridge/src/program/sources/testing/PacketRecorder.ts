import { FPS, SAMPLES_PER_TICK } from '@lianmai/protocol';
import { nowMs } from '../../../runtime/index.js';
import type { Source } from '../sourceContract.js';

export interface Tick {
  atMs: number;
  /** Average of each plane, 0-255; null: no frame. */
  picture: { width: number; height: number; sequence: number; y: number; u: number; v: number } | null;
  rms: number;
  /** Where something loud begins in this tick, ms; null: nothing loud. */
  loudAtMs: number | null;
}

const TICK_MS = 1000 / FPS;
const LOUD = 0.2;

/** Does what a compositor does, 30 times a second, and notes what it gets. */
export class PacketRecorder {
  readonly ticks: Tick[] = [];
  readonly #source: Source;
  readonly #timer: NodeJS.Timeout;
  readonly #waiting = new Set<() => void>();
  #nextAtMs = nowMs();

  constructor(source: Source) {
    this.#source = source;
    this.#timer = setInterval(() => this.#catchUp(), 5);
  }

  /** Resolves with the first future tick for which `isIt` holds; rejects after `timeoutMs`. */
  until(isIt: (tick: Tick) => boolean, timeoutMs = 60_000): Promise<Tick> {
    let checked = this.ticks.length;
    return new Promise((resolve, reject) => {
      const timeout = setTimeout(
        () => finish(() => reject(new Error(`no such tick in ${timeoutMs} ms; the last: ${JSON.stringify(this.ticks.at(-1))}`))),
        timeoutMs,
      );
      const check = () => {
        for (; checked < this.ticks.length; checked++) {
          const tick = this.ticks[checked];
          if (tick && isIt(tick)) return finish(() => resolve(tick));
        }
      };
      const finish = (settle: () => void) => {
        clearTimeout(timeout);
        this.#waiting.delete(check);
        settle();
      };
      this.#waiting.add(check);
    });
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #catchUp(): void {
    for (; this.#nextAtMs <= nowMs(); this.#nextAtMs += TICK_MS) this.ticks.push(this.#tick(this.#nextAtMs));
    for (const check of this.#waiting) check();
  }

  #tick(atMs: number): Tick {
    const frame = this.#source.frameAt(atMs);
    const sound = new Float32Array(2 * SAMPLES_PER_TICK);
    this.#source.mixAudioInto(sound, atMs, 1);
    const onset = sound.findIndex((value) => Math.abs(value) > LOUD);
    const picture = frame && {
      width: frame.width,
      height: frame.height,
      sequence: frame.sequence,
      ...planes(frame.data, frame.width * frame.height),
    };
    return {
      atMs,
      picture,
      rms: Math.sqrt(sound.reduce((sum, value) => sum + value * value, 0) / sound.length),
      loudAtMs: onset < 0 ? null : atMs + onset / 96,
    };
  }
}

function planes(data: Uint8Array, pixels: number): { y: number; u: number; v: number } {
  return { y: mean(data, 0, pixels), u: mean(data, pixels, pixels / 4), v: mean(data, pixels + pixels / 4, pixels / 4) };
}

/** Every 16th value is enough. */
function mean(data: Uint8Array, from: number, count: number): number {
  let sum = 0;
  for (let at = from; at < from + count; at += 16) sum += data[at] ?? 0;
  return sum / Math.ceil(count / 16);
}
