import { above, textOf, type Figure, type SomeFigures } from './figures.js';
import type { Fault } from './faults.js';
import type { Measured } from './measure.js';

export interface Row {
  fault: Fault;
  /** null: it cannot be brought about here, or the show did not come back. */
  measured: Measured | null;
}

const COLUMNS: readonly { title: string; figures: readonly Figure[] }[] = [
  { title: 'call: sound', figures: ['sound'] },
  { title: 'picture', figures: ['picture'] },
  { title: 'program', figures: ['program'] },
  { title: 'its sound', figures: ['step'] },
  { title: 'its pictures', figures: ['still'] },
  { title: 'FLV', figures: ['flv'] },
  { title: 'HLS', figures: ['hls'] },
  { title: 'new connections', figures: ['connections'] },
];
const LOSSES: readonly { figure: Figure; word: string; least: number }[] = [
  { figure: 'recorded', word: 'of the recording', least: 500 },
  { figure: 'splits', word: 'cuts of the recording', least: 1 },
  { figure: 'seats', word: 'seats', least: 1 },
  { figure: 'chat', word: 'messages', least: 1 },
];

/** The table in plain text: fault, gaps of call, program and viewers, what was lost, and what a quiet machine must do better. */
export function tableOf(rows: readonly Row[]): string {
  const header = ['fault', ...COLUMNS.map(({ title }) => title), 'lost', 'told', 'above its aim'];
  const cells = [header, ...rows.map(cellsOf)];
  const widths = header.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** One line of JSON for each row. */
export const jsonOf = (rows: readonly Row[]): string =>
  rows
    .map(({ fault, measured }) =>
      JSON.stringify({ case: 'fault', fault: fault.title, ...measured?.figures, above: exceeded({ fault, measured }) }),
    )
    .join('\n');

function cellsOf({ fault, measured }: Row): string[] {
  if (!measured) return [fault.title, ...COLUMNS.map(() => '-'), '-', '-', '-'];
  const { figures: found } = measured;
  const columns = COLUMNS.map(({ figures }) => figures.map((figure) => textOf(figure, found[figure] ?? 0)).join(' '));
  return [fault.title, ...columns, lossesOf(found), toldOf(found), exceeded({ fault, measured }).join(', ') || 'ok'];
}

function lossesOf(measured: SomeFigures): string {
  const lost = LOSSES.filter(({ figure, least }) => (measured[figure] ?? 0) >= least);
  return lost.map(({ figure, word }) => `${textOf(figure, measured[figure] ?? 0)} ${word}`).join(', ') || 'nothing';
}

function toldOf({ told, timeOfDay }: SomeFigures): string {
  const after = told ?? timeOfDay;
  return after === undefined ? '' : `after ${textOf('told', after)}`;
}

export const exceeded = ({ fault, measured }: Row): string[] => above({ ...fault.bounds, ...fault.aims }, measured?.figures ?? {});
