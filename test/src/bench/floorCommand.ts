/**
 * The command line of an FFmpeg child of the product, with files where its pipes were: same codecs, same presets, same number of threads, whatever the product
 * will use tomorrow. `output` stands where the product's child names its output.
 */
export function readingFiles([, ...command]: readonly string[], inputs: readonly string[], output: readonly string[]): string[] {
  const pipes = command.filter((_, at) => command[at - 1] === '-i').length;
  if (pipes !== inputs.length) throw new Error(`expected ${inputs.length} inputs in: ${command.join(' ')}`);
  const files = [...inputs];
  const args = command.slice(0, -1).map((argument, at) => (command[at - 1] === '-i' ? (files.shift() ?? '') : argument));
  return ['-nostdin', '-y', '-benchmark', ...withLog(args), ...output];
}

/** The product reads a line of log for each decoded picture, to know its size. The floor does without. */
export const withoutShowinfo = (command: readonly string[]): string[] =>
  command.map((argument) => argument.replace(/,showinfo(=[^,]*)?/, ''));

/** What `-benchmark` prints is of level "info". */
const withLog = (args: readonly string[]): string[] => args.map((argument, at) => (args[at - 1] === '-v' ? 'info' : argument));

/** User and system time, as `-benchmark` prints it when FFmpeg ends: from the kernel, to the millisecond. */
export function benchmarkSeconds(log: string): number {
  const match = /bench: utime=([\d.]+)s stime=([\d.]+)s/.exec(log);
  if (!match) throw new Error(`FFmpeg did not say what it used: ${log.slice(-500)}`);
  return Number(match[1]) + Number(match[2]);
}
