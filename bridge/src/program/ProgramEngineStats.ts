import { readFileSync } from 'node:fs';
import { nowMs } from '../runtime/index.js';
import type { TickClock } from './compositor/index.js';
import type { Encoder } from './encoder/index.js';
import type { LoadControl } from './load/index.js';
import type { ThreadStats } from './programThreadMessages.js';
import type { SourceSet } from './SourceSet.js';

interface Parts {
  encoder: Encoder;
  sources: SourceSet;
  clock: TickClock;
  load: LoadControl;
}

/** Counters that only grow, read at the same moment. */
interface Reading {
  atMs: number;
  frames: number;
  bytes: number;
  decoders: number;
  thread: number;
  encoder: number;
}

/** Measures an engine's health since the last measurement. Must be called in the engine's own thread. */
export class ProgramEngineStats {
  readonly #parts: Parts;
  #last: Reading;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#last = this.#read();
  }

  measure(): ThreadStats {
    const { encoder, sources, clock, load } = this.#parts;
    const [last, now] = [this.#last, this.#read()];
    this.#last = now;
    const seconds = Math.max(0.001, (now.atMs - last.atMs) / 1000);
    const rate = (field: keyof Reading) => Math.max(0, (now[field] - last[field]) / seconds);
    return {
      fps: rate('frames'),
      bitrateKbps: (rate('bytes') * 8) / 1000,
      lateFrames: clock.lateTicks,
      droppedFrames: load.leftOut,
      degraded: load.degradation,
      cpu: { decoders: rate('decoders'), thread: rate('thread'), encoder: rate('encoder') },
      rssMb: Math.round((process.memoryUsage.rss() + encoder.rssBytes() + sources.rssBytes) / 1e6),
      encoderRestarts: encoder.restarts,
      decoderRestarts: sources.restarts,
      delayMs: Object.fromEntries([...sources.byId.values()].map((source) => [source.id, source.delayMs])),
    };
  }

  #read(): Reading {
    const { encoder, sources } = this.#parts;
    return {
      atMs: nowMs(),
      frames: encoder.framesOut,
      bytes: encoder.bytes,
      decoders: sources.cpuSeconds,
      thread: threadCpuSeconds(),
      encoder: encoder.cpuSeconds(),
    };
  }
}

/** CPU time of the calling thread in seconds; 0 where the kernel does not report it. */
function threadCpuSeconds(): number {
  try {
    return Number(readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ')[0]) / 1e9;
  } catch {
    return 0;
  }
}
