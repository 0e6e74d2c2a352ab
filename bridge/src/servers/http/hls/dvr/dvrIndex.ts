import { z } from 'zod';

const count = () => z.number().int().nonnegative();

/** A line of a chunk's index. Names are short, because there is a line for every segment of every stream. */
const SegmentLine = z.object({
  /** Sequence number. */
  n: count(),
  /** Offset in the chunk's data, and length. */
  o: count(),
  b: count(),
  /** Duration, ms, and start, epoch ms. */
  d: z.number().positive(),
  t: z.number(),
  /** Independent, discontinuous, number of discontinuities so far. */
  i: z.boolean(),
  x: z.boolean(),
  c: count(),
  /** Path prefix, and path of the init segment. */
  p: z.string().max(64),
  m: z.string().max(96),
});
const InitLine = z.object({ m: z.string().max(96), init: z.base64().max(65_536) });
const Line = z.union([SegmentLine, InitLine]);
export type IndexLine = z.infer<typeof Line>;
export type SegmentLine = z.infer<typeof SegmentLine>;

export const formatLine = (line: IndexLine): Buffer => Buffer.from(`${JSON.stringify(line)}\n`);

/** Returns the lines before the first torn or invalid one. Nothing after that can be trusted. */
export function readIndex(bytes: Buffer): IndexLine[] {
  const lines: IndexLine[] = [];
  for (const text of bytes.toString('utf8').split('\n').slice(0, -1)) {
    const line = parseLine(text);
    if (!line) break;
    lines.push(line);
  }
  return lines;
}

function parseLine(text: string): IndexLine | null {
  try {
    return Line.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
