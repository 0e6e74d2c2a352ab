/**
 * The command line of an FFmpeg child of the product, with files instead of pipes: the same codecs, presets and number of threads, whatever the product uses
 * tomorrow. `output` replaces the child's output.
 */
export function readingFiles([, ...command]: readonly string[], inputs: readonly string[], output: readonly string[]): string[] {
  const pipes = command.filter((_, at) => command[at - 1] === '-i').length;
  if (pipes !== inputs.length) throw new Error(`expected ${inputs.length} inputs in: ${command.join(' ')}`);
  const files = [...inputs];
  const args = command.slice(0, -1).map((argument, at) => (command[at - 1] === '-i' ? (files.shift() ?? '') : argument));
  return ['-nostdin', '-y', '-benchmark', ...withLog(args), ...output];
}

/** The product reads a log line per decoded frame, to learn its size. The floor does not need it. */
export const withoutShowinfo = (command: readonly string[]): string[] =>
  command.map((argument) => argument.replace(/,showinfo(=[^,]*)?/, ''));

/** `-benchmark` prints at level "info". */
const withLog = (args: readonly string[]): string[] => args.map((argument, at) => (args[at - 1] === '-v' ? 'info' : argument));

/** User plus system time as `-benchmark` prints it when FFmpeg ends: the kernel's figure, to the millisecond. */
export function benchmarkSeconds(log: string): number {
  const match = /bench: utime=([\d.]+)s stime=([\d.]+)s/.exec(log);
  if (!match) throw new Error(`FFmpeg did not print its CPU time: ${log.slice(-500)}`);
  return Number(match[1]) + Number(match[2]);
}
