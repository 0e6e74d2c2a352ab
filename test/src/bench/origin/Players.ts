import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { percentile, round } from '../report.js';

const PLAYERS_A_PROCESS = 500;
const Seen = z.object({
  connected: z.number(),
  disconnected: z.number(),
  players: z.array(z.object({ bytes: z.number(), droppedFrames: z.number(), maxGapMs: z.number() })),
});
type Seen = z.infer<typeof Seen>;

/** Figures of all players between two looks. */
export interface Sight {
  /** The longest pause between two reads of any player. */
  maxGapMs: number;
  /** The longest pause of the median player. */
  medianGapMs: number;
  /** Missing frames, over all players. */
  dropped: number;
  disconnected: number;
  /** Received by all players together. */
  mbps: number;
  /** The bytes of the slowest player as a share of those of the fastest. */
  evenness: number;
}

/** The bundled players: processes with raw sockets that discard what they read. */
export class Players {
  readonly #processes: { child: ChildProcess; lines: AsyncIterator<string> }[];
  #lookedAtMs = performance.now();

  constructor(port: number, path: string, count: number) {
    const shares = Math.ceil(count / PLAYERS_A_PROCESS);
    this.#processes = Array.from({ length: shares }, (_, index) => {
      const share = Math.floor(count / shares) + (index < count % shares ? 1 : 0);
      const child = startTsx('playerProcess.ts', [String(port), path, String(share)]);
      if (!child.stdout) throw new Error('no standard output');
      return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
    });
  }

  /** Returns what happened since the last look. */
  async look(): Promise<Sight & { connected: number }> {
    const seen = await Promise.all(this.#processes.map(ask));
    const seconds = (performance.now() - this.#lookedAtMs) / 1000;
    this.#lookedAtMs = performance.now();
    const players = seen.flatMap((one) => one.players);
    const gaps = players.map(({ maxGapMs }) => maxGapMs);
    const bytes = players.map((player) => player.bytes);
    return {
      connected: sum(seen.map(({ connected }) => connected)),
      maxGapMs: Math.round(Math.max(...gaps)),
      medianGapMs: Math.round(percentile(gaps, 0.5)),
      dropped: sum(players.map(({ droppedFrames }) => droppedFrames)),
      disconnected: sum(seen.map(({ disconnected }) => disconnected)),
      mbps: round((sum(bytes) * 8) / seconds / 1e6, 1),
      evenness: round(Math.min(...bytes) / Math.max(...bytes), 2),
    };
  }

  close(): void {
    for (const { child } of this.#processes) child.kill('SIGKILL');
  }
}

async function ask({ child, lines }: { child: ChildProcess; lines: AsyncIterator<string> }): Promise<Seen> {
  child.stdin?.write('\n');
  return Seen.parse(JSON.parse(String((await lines.next()).value)));
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** Starts a script of this folder in its own process, so that its cost is not counted with anything else. */
export function startTsx(script: string, args: readonly string[]): ChildProcess {
  const file = fileURLToPath(new URL(script, import.meta.url));
  return spawn(process.execPath, ['--import', 'tsx', file, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
}
