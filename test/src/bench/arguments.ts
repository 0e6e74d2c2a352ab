import { parseArgs } from 'node:util';

export interface BenchOptions {
  case: string;
  isJson: boolean;
  participants: number;
  seconds: number;
  viewers: number;
  players: number;
  runs: number;
  isBusy: boolean;
  /** The part of the case to run; null: all. */
  only: string | null;
}

const USAGE = `npm run bench -- CASE [options]

  program   CPU of a program over its floor        --participants 4 --seconds 20 --runs 3
  start     go live and join, in milliseconds      --runs 10
  killed    the bridge killed under a program      --runs 5 [--busy]
  sfu       worker CPU per viewer                  --viewers 100 --seconds 15 --runs 3
  origin    CPU of HTTP-FLV for many players       --players 200 --seconds 15 --runs 3
  stalled   memory for players that never read     --players 20 --seconds 60
  srt       our SRT listener beside libsrt's       --seconds 20
  latency   camera to screen, tier by tier         --seconds 15 --runs 3
  starved   half a core left (needs root)          --participants 4 --seconds 60
  stage     chat and requests of an audience       --viewers 3000 --seconds 30
  network   losses, 320 kb/s, no UDP (needs root)  --seconds 25 --only voices|room|whip|whep|stage|limits

With --runs, each figure is the median (p50) of all runs, with the smallest and largest value (min, max).

  --json    one line of JSON on standard output
  --busy    as many processes as there are cores compute meanwhile`;

/** The cases whose defaults differ. */
const DEFAULTS: Readonly<Record<string, Partial<Pick<BenchOptions, 'seconds' | 'runs' | 'players' | 'viewers'>>>> = {
  program: { seconds: 20 },
  start: { runs: 10 },
  killed: { runs: 5 },
  stalled: { seconds: 60, players: 20 },
  srt: { seconds: 20 },
  starved: { seconds: 60 },
  network: { seconds: 25 },
  stage: { seconds: 30, viewers: 3000 },
};

export function readOptions(argv: readonly string[]): BenchOptions {
  const number = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      busy: { type: 'boolean', default: false },
      participants: number,
      seconds: number,
      viewers: number,
      players: number,
      runs: number,
      only: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help || positionals.length !== 1) {
    console.error(USAGE);
    process.exit(values.help ? 0 : 2);
  }
  const [name = ''] = positionals;
  const usual = DEFAULTS[name] ?? {};
  return {
    case: name,
    isJson: values.json,
    isBusy: values.busy,
    participants: whole('participants', values.participants, 4, 9),
    seconds: whole('seconds', values.seconds, usual.seconds ?? 15, 3600),
    viewers: whole('viewers', values.viewers, usual.viewers ?? 100, 10_000),
    players: whole('players', values.players, usual.players ?? 200, 5000),
    runs: whole('runs', values.runs, usual.runs ?? 3, 100),
    only: values.only ?? null,
  };
}

function whole(name: string, text: string | undefined, otherwise: number, max: number): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= max) return value;
  console.error(`--${name}: expected a whole number from 1 to ${max}, not "${text}"`);
  process.exit(2);
}
