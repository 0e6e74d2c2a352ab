/** A process that is going to be killed: publishes what it is told to, with a window on disk, and says where it listens. */
import { StreamHub } from '../../../../hub/stream/index.js';
import { encodeFlv, MemoryLog, openGate } from '../../../../testing/index.js';
import { createOriginServer } from '../../createOriginServer.js';

const [directory = '', seconds = '9'] = process.argv.slice(2);
const hub = new StreamHub();
const hls = { dvrSeconds: 3600, dvrDirectory: directory };
const origin = await createOriginServer({ hub, gate: openGate(), port: 0, host: '127.0.0.1', log: new MemoryLog().log, hls });
const publisher = hub.publish({ app: 'live', name: 'room' });
for (const tag of await encodeFlv({ seconds: Number(seconds), size: '160x90', gop: 60 })) {
  publisher.write(tag);
  // Slower than the disk, as life is.
  if (tag.isKeyFrame) await new Promise((resolve) => setTimeout(resolve, 50));
}
setTimeout(() => process.stdout.write(`${origin.port}\n`), 200);
setInterval(() => undefined, 1000);
