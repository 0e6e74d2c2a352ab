import type { Rect, Size } from '@lianmai/protocol';

/** The command lines of a running program's children, with one decoder per participant. */
export interface ProgramCommands {
  encoder: readonly string[];
  decoders: readonly (readonly string[])[];
}

export interface FloorJob {
  commands: ProgramCommands;
  /** The media that the participants sent, in the order of the decoders. */
  clips: readonly string[];
  /** Where each is shown. */
  tiles: readonly Rect[];
  canvas: Size;
}

/**
 * One FFmpeg that does the program's work by itself, in real time: it decodes the clips and scales them with the options of the product's decoders, puts them
 * together, mixes the sound and encodes both with the options of the product's encoder, whatever these are tomorrow. It discards its output.
 */
export function floorArguments({ commands, clips, tiles, canvas }: FloorJob): string[] {
  if (commands.decoders.length !== clips.length || tiles.length !== clips.length) throw new Error('a decoder and a tile for each clip');
  const inputs = clips.flatMap((clip, index) => ['-re', '-stream_loop', '-1', ...decoding(commands.decoders[index]!), '-i', clip]);
  const tile = (index: number) => `[${index}:v]${scaling(commands.decoders[index]!)},crop=${tiles[index]!.width}:${tiles[index]!.height}`;
  const graph = [stack(tiles, canvas, tile), mix(clips.length)].join(';');
  return [
    ...['-nostdin', '-y', '-hide_banner', '-v', 'error', '-filter_complex_threads', '1'],
    ...[...inputs, '-filter_complex', graph, '-map', '[v]', '-map', '[a]'],
    ...[...encoding(commands.encoder), '/dev/null'],
  ];
}

/** Of `-threads 1 -flags low_delay … -probesize 32 … -i …`, the options that concern decoding. */
function decoding(command: readonly string[]): string[] {
  const [from, to] = [command.indexOf('-threads'), command.indexOf('-probesize')];
  if (from < 0 || to < from) throw new Error(`no decoder's command: ${command.join(' ')}`);
  return command.slice(from, to);
}

/** The decoder's filters, without the log line per frame that only the product needs. */
function scaling(command: readonly string[]): string {
  const filters = command[command.indexOf('-vf') + 1] ?? '';
  return filters.replace(/,showinfo(=[^,]*)?/, '').replace('scale@tile', 'scale');
}

/** The arguments behind the inputs and their mapping, without the output. */
function encoding(command: readonly string[]): string[] {
  const from = command.lastIndexOf('-map');
  if (from < 0) throw new Error(`no encoder's command: ${command.join(' ')}`);
  return command.slice(from + 2, -1);
}

function stack(tiles: readonly Rect[], { width, height }: Size, tile: (index: number) => string): string {
  const [first] = tiles;
  if (tiles.length === 1 && first)
    return first.width === width && first.height === height ? `${tile(0)}[v]` : `${tile(0)},${padded(first)}[v]`;
  const scaled = tiles.map((_, index) => `${tile(index)}[v${index}]`);
  const places = tiles.map(({ x, y }) => `${x}_${y}`).join('|');
  const joined = tiles.map((_, index) => `[v${index}]`).join('');
  const isFull =
    Math.max(...tiles.map((one) => one.x + one.width)) === width && Math.max(...tiles.map((one) => one.y + one.height)) === height;
  const rest = isFull ? '' : `,${padded({ x: 0, y: 0 })}`;
  return [...scaled, `${joined}xstack=inputs=${tiles.length}:layout=${places}:fill=black${rest}[v]`].join(';');

  function padded({ x, y }: Pick<Rect, 'x' | 'y'>): string {
    return `pad=${width}:${height}:${x}:${y}`;
  }
}

function mix(count: number): string {
  if (count === 1) return '[0:a]anull[a]';
  return `${Array.from({ length: count }, (_, index) => `[${index}:a]`).join('')}amix=inputs=${count}:normalize=0[a]`;
}
