/**
 * For a test: records a looped broadcast, which may come back within argv[3] ms, in every format into a folder below argv[2] until it is killed. Prints the
 * media time written to the hub.
 */
import path from 'node:path';
import { createLog } from '@lianmai/kit';
import { RecordFormat } from '@lianmai/protocol';
import { findFfmpeg } from '../../media/ffmpeg/index.js';
import { StreamHub } from '../../hub/stream/index.js';
import { encodeFlv, LoopedBroadcast, readAsItIs } from '../../testing/index.js';
import { Recorder, recordingFormats } from '../index.js';

const [dir = '', resumeGraceMs = '0'] = process.argv.slice(2);
const ffmpeg = await findFfmpeg();
const tags = await encodeFlv({ seconds: 2, gop: 60, size: '320x180', videoBitrateKbps: 300 });
const publisher = new StreamHub().publish({ app: 'live', name: 'room' }, { resumeGraceMs: Number(resumeGraceMs) });
for (const format of RecordFormat.options) {
  const recorder = await Recorder.open({
    ...{ dir: path.join(dir, format), formats: recordingFormats(ffmpeg), retention: { maxAgeDays: 0, maxGigabytes: 0 }, minFreeBytes: 0 },
    openReader: readAsItIs,
    log: createLog('test', 'silent'),
  });
  recorder.record(publisher.stream, { format, segmentSeconds: null });
}
new LoopedBroadcast(tags, {
  write(tag) {
    publisher.write(tag);
    process.stdout.write(`${tag.dtsMs}\n`);
  },
  close: () => undefined,
});
