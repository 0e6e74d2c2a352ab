import { clockMs, type MediaLog } from '../../support/index.js';
import type { SomeFigures } from './figures.js';
import type { Show } from './Show.js';

/** Brings a fault about; may take its cause away again, and return figures that nobody else can measure. */
export type Inject = (show: Show) => Promise<SomeFigures>;

/** The events from one time to another (`clockMs`). */
export interface Measured {
  figures: SomeFigures;
  fromMs: number;
  toMs: number;
}

/** Brings about a fault, waits until everybody has media again, and tells what happened in between. */
export async function measure(show: Show, inject: Inject): Promise<Measured> {
  await show.settle();
  show.forget();
  const before = await show.kept();
  const fromMs = clockMs();
  const own = await inject(show);
  await show.settle();
  const after = await show.kept();
  const toMs = clockMs();
  const figures = {
    ...gapsBetween(show, fromMs, toMs),
    connections: after.connections - before.connections,
    seats: before.seats.filter((id) => !after.seats.includes(id)).length,
    chat: Math.max(0, before.chat - after.chat),
    ...own,
  };
  return { figures, fromMs, toMs };
}

function gapsBetween({ heard, target, flv, hls }: Show, fromMs: number, toMs: number): SomeFigures {
  const gap = (kind: 'audio' | 'video', ...logs: readonly MediaLog[]) =>
    Math.max(...logs.map((log) => log.longestGapMs(kind, fromMs, toMs)));
  const { media } = target;
  return {
    sound: gap('audio', ...heard),
    picture: gap('video', ...heard),
    program: Math.max(gap('audio', media), gap('video', media)),
    step: media.longestStepMs('audio', fromMs, toMs),
    still: media.longestStepMs('video', fromMs, toMs),
    flv: Math.max(gap('audio', flv.media), gap('video', flv.media)),
    hls: gap('video', hls.media),
  };
}
