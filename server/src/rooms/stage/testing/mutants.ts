import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import type { Reduce } from './commands.js';

const RULES = ['stageRules', 'hostRules', 'requestRules', 'seatRules', 'stageState'] as const;

export interface Mutant {
  fault: string;
  file: (typeof RULES)[number];
  /** Text of the source, and the text in its place. */
  from: string;
  to: string;
}

/** Mistakes that somebody could make in these files. */
export const mutants: readonly Mutant[] = [
  { fault: 'a taken seat is given away', file: 'stageState', from: '!isLocked && occupant === null', to: '!isLocked' },
  { fault: 'a locked seat is given away', file: 'stageState', from: '!isLocked && occupant === null', to: 'occupant === null' },
  { fault: 'anybody may have seat 1', file: 'stageState', from: 'isHost || number !== HOST_SEAT', to: 'isHost || number > 0' },
  { fault: 'the wish is ignored', file: 'stageState', from: 'free.find(({ number }) => number === wish) ?? free[0]', to: 'free[0]' },
  { fault: 'co-hosts remain so off stage', file: 'stageState', from: 'coHosts: state.coHosts.filter((one) => one !== who)', to: 'coHosts: state.coHosts' }, // prettier-ignore
  { fault: 'requests are kept by people on stage', file: 'stageState', from: 'requests: state.requests.filter(isOther)', to: 'requests: state.requests' }, // prettier-ignore
  { fault: 'a change keeps its version', file: 'stageState', from: 'from.version + 1', to: 'from.version' },
  { fault: 'a full queue takes more', file: 'requestRules', from: 'if (isQueueFull(state)) throw', to: 'if (false) throw' },
  { fault: 'strangers pass as followers', file: 'requestRules', from: "requestsFrom === 'followers' && isFollower", to: "requestsFrom === 'followers'" }, // prettier-ignore
  { fault: 'everybody who is let in goes on air', file: 'requestRules', from: 'state.settings.approvedGoOnAir && freeSeatFor(state, who)', to: 'freeSeatFor(state, who)' }, // prettier-ignore
  { fault: 'approval without a request', file: 'requestRules', from: 'if (!asked)\n', to: 'if (asked === null)\n' },
  { fault: 'declining takes people off stage', file: 'requestRules', from: "if (!has(state.requests, who)) return same(state);\n  return change(state, without(state, who), { type: 'refused'", to: "return change(state, without(state, who), { type: 'refused'" }, // prettier-ignore
  { fault: 'what does not expire, expires', file: 'requestRules', from: 'expiresAtMs !== null && expiresAtMs <= nowMs', to: 'expiresAtMs !== null' }, // prettier-ignore
  { fault: 'a second request loses the place in the queue', file: 'requestRules', from: 'state.requests.map((one) => (one === before ? after : one))', to: '[...state.requests.filter((one) => one !== before), after]' }, // prettier-ignore
  { fault: 'guests displace each other', file: 'seatRules', from: 'if (displaced && !mayDisplace) throw', to: 'if (false) throw' },
  { fault: 'an exchange puts a guest on seat 1', file: 'seatRules', from: 'if (displaced) assertOpenTo(from, state.host === displaced.participantId);', to: '' }, // prettier-ignore
  { fault: 'an exchange loses somebody', file: 'seatRules', from: '{ occupant: other.occupant }', to: '{ occupant: null }' },
  { fault: 'nobody is silenced by a lock', file: 'seatRules', from: 'isMicrophoneLocked && occupant ?', to: 'false ?' },
  { fault: 'seats vanish under people', file: 'seatRules', from: 'number > seatLimit && occupant !== null', to: 'number > seatLimit + 1 && occupant !== null' }, // prettier-ignore
  { fault: 'a host who left is not missed', file: 'hostRules', from: 'host: null, hostAwaySinceMs: state.hostAwaySinceMs ?? nowMs', to: 'host: null' }, // prettier-ignore
  {
    fault: 'the room is taken over too early',
    file: 'hostRules',
    from: 'hostAwaySinceMs + graceMs - nowMs',
    to: 'hostAwaySinceMs - nowMs',
  },
  { fault: 'anybody hands the room over', file: 'hostRules', from: 'if (state.host !== by) throw', to: 'if (false) throw' },
  { fault: 'the new host stays on their seat', file: 'hostRules', from: 'if (theirs) return changeSeats(state, exchange(state, first, theirs), who);', to: 'if (theirs) return changeSeats(state, same(state), who);' }, // prettier-ignore
  { fault: 'a second host dethrones the first', file: 'hostRules', from: 'isHost && state.host === null', to: 'isHost' },
];

/** The reducer with one mistake in it. */
export async function reducerOf({ file, from, to }: Mutant): Promise<Reduce> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lianmai-mutant-'));
  try {
    for (const name of RULES) {
      const source = await readFile(new URL(`../${name}.ts`, import.meta.url), 'utf8');
      if (name === file && !source.includes(from)) throw new Error(`${name}.ts has no "${from}"`);
      await writeFile(path.join(folder, `${name}.js`), compile(name === file ? source.replace(from, to) : source));
    }
    await writeFile(path.join(folder, 'package.json'), '{ "type": "module" }');
    const module = (await import(/* @vite-ignore */ pathToFileURL(path.join(folder, 'stageRules.js')).href)) as { reduceStage: Reduce };
    return module.reduceStage;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Only the protocol is looked up: a folder of its own cannot find it. */
function compile(source: string): string {
  const protocol = import.meta.resolve('@lianmai/protocol');
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true },
  });
  return outputText.replaceAll("'@lianmai/protocol'", `'${protocol}'`);
}
