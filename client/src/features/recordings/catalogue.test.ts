import { RecordingReply } from '@lianmai/protocol';
import { expect, it } from 'vitest';
import { canDownload, canPlay, localUrl, missingMs, withNewest, withOlder } from './catalogue';

const recording = (startedAtMs: number) =>
  RecordingReply.parse({
    id: `r${startedAtMs}`,
    app: 'live',
    name: 'cam',
    format: 'mp4',
    state: 'complete',
    reason: null,
    startedAtMs,
    durationMs: 5000,
    bytes: 9,
    gaps: [],
    url: `http://h/recordings/r${startedAtMs}~1~x/r.mp4`,
    expiresAtMs: 1,
  });
const times = (list: { startedAtMs: number }[]) => list.map((one) => one.startedAtMs);

it('a newer page pushes nothing out, and drops a deleted recording', () => {
  const all = withOlder([recording(90), recording(80)], [recording(70), recording(60)]);
  expect(times(all)).toEqual([90, 80, 70, 60]);
  expect(times(withNewest(all, [recording(100), recording(90)], 2))).toEqual([100, 90, 80, 70, 60]);
  expect(times(withNewest(all, [recording(90), recording(70)], 2))).toEqual([90, 70, 60]);
});

it('a page that is not full is complete', () => {
  expect(times(withNewest([recording(90), recording(80)], [recording(90)], 2))).toEqual([90]);
  expect(withNewest([recording(90)], [], 2)).toEqual([]);
});

it('nothing is listed twice', () => expect(times(withOlder([recording(90)], [recording(90), recording(80)]))).toEqual([90, 80]));

it('sums gaps, and knows what plays and what is a single file', () => {
  const gaps = [
    { atMs: 1, lengthMs: 200 },
    { atMs: 9, lengthMs: 1300 },
  ];
  const formats = ['flv', 'mp4', 'hls'] as const;
  expect(missingMs({ gaps })).toBe(1500);
  expect(formats.map((format) => canPlay({ format, durationMs: 1 }))).toEqual([false, true, true]);
  expect(formats.map((format) => canDownload({ format, bytes: 1 }))).toEqual([true, true, false]);
  expect(canPlay({ format: 'mp4', durationMs: 0 })).toBe(false);
});

it("plays from the page's own origin", () =>
  expect(localUrl('https://studio.example/recordings/a~1~b/a.mp4')).toBe('/recordings/a~1~b/a.mp4'));
