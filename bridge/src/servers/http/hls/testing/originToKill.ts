/** A process for tests to kill: publishes a broadcast with a DVR window on disk and prints its port. */
import { StreamHub } from '../../../../hub/stream/index.js';
import { encodeFlv, MemoryLog, openGate } from '../../../../testing/index.js';
import { createOriginServer } from '../../createOriginServer.js';
import { TestDisk } from './TestDisk.js';

const [directory = '', seconds = '9'] = process.argv.slice(2);
const hub = new StreamHub();
const disk = new TestDisk();
const hls = { dvrSeconds: 3600, dvrDirectory: directory, dvrFiles: disk };
const origin = await createOriginServer({ hub, gate: openGate(), port: 0, host: '127.0.0.1', log: new MemoryLog().log, hls });
const publisher = hub.publish({ app: 'live', name: 'room' });
let onDisk = -1;
for (const tag of await encodeFlv({ seconds: Number(seconds), size: '160x90', gop: 60 })) {
  publisher.write(tag);
  // Publishes no faster than the disk, like a live broadcast: a key frame completes the segment before it.
  if (tag.isKeyFrame) await disk.holds(++onDisk);
}
process.stdout.write(`${origin.port}\n`);
setInterval(() => undefined, 1000);
