import { describe, expect, it } from 'vitest';
import { encodeFlv } from '../testing/index.js';
import { Mp4FragmentBuilder } from './Mp4FragmentBuilder.js';

describe('fragments of a recording', () => {
  it('are short again after a picture that stood for seconds, so that a crash costs no more than before', async () => {
    const media = await encodeFlv({ seconds: 10, gop: 30, size: '160x90' });
    const isLeftOut = ({ kind, dtsMs }: (typeof media)[number]) => kind === 'video' && dtsMs > 3010 && dtsMs < 5950;
    const ends: number[] = [];
    const durations: number[] = [];
    let endMs = 0;
    const builder = new Mp4FragmentBuilder(4000, {
      onBegin: () => undefined,
      onPart: (_bytes, durationMs) => {
        durations.push(durationMs);
        ends.push((endMs += durationMs));
      },
      onEnd: () => undefined,
    });
    for (const tag of media.filter((one) => !isLeftOut(one))) builder.push([tag]);
    builder.flush();
    expect(Math.max(...durations)).toBeGreaterThan(500);
    expect(endMs).toBeGreaterThan(9900);
    const later = durations.filter((_, index) => (ends[index] ?? 0) > 6500);
    expect(later.length).toBeGreaterThan(3);
    expect(Math.max(...later)).toBeLessThan(400);
  });
});
