/** A fault's effects, seen from outside. A gap is the longest time in which nothing arrived; all times in ms. */
export interface Figures {
  /** Gaps at the person in the call who was worse off. */
  sound: number;
  picture: number;
  /** Gap at the RTMP server that the program is pushed to. */
  program: number;
  /** The longest step of the program's own time there in its sound, and the longest time that one of its pictures stands, within one connection. */
  step: number;
  still: number;
  /** New connections there. */
  connections: number;
  /** Gaps of the viewers. */
  flv: number;
  hls: number;
  /** Missing in the recording. */
  recorded: number;
  /** How often the recording was cut in two. */
  splits: number;
  /** People who had a seat and have none, and chat messages that are gone. */
  seats: number;
  chat: number;
  /** Until an output that does not work any more was said not to. */
  told: number;
  /** Until HLS carried the new time of day. */
  timeOfDay: number;
}
export type Figure = keyof Figures;
/** A figure that is left out was not measured, or is not judged. */
export type SomeFigures = Partial<Figures>;

const COUNTS: readonly Figure[] = ['connections', 'splits', 'seats', 'chat'];

export const textOf = (figure: Figure, value: number): string =>
  COUNTS.includes(figure)
    ? String(value)
    : figure === 'step' || figure === 'still'
      ? `${Math.round(value)} ms`
      : `${(value / 1000).toFixed(1)} s`;

/** Names every figure above its bound. */
export function above(bounds: SomeFigures, measured: SomeFigures): string[] {
  return (Object.keys(bounds) as Figure[]).flatMap((figure) => {
    const [value, bound] = [measured[figure], bounds[figure]];
    return value !== undefined && bound !== undefined && value > bound
      ? [`${figure} ${textOf(figure, value)} > ${textOf(figure, bound)}`]
      : [];
  });
}
