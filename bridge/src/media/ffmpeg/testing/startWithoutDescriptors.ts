/** Uses up all descriptors, then starts processes in every way, for the test of that. Prints what happened as JSON. Run it with a low `ulimit -n`. */
import { closeSync, openSync } from 'node:fs';
import { createLog } from '@lianmai/kit';
import { toLianmaiError } from '@lianmai/protocol';
import { FfmpegProcess } from '../FfmpegProcess.js';
import { makeThumbnail } from '../fluentJobs.js';
import { runToEnd } from '../runToEnd.js';

const [path = 'ffmpeg'] = process.argv.slice(2);
const log = createLog('test', 'silent');
const open: number[] = [];
try {
  for (;;) open.push(openSync('/dev/null', 'r'));
} catch {
  // all are used now
}
const codeOf = (error: unknown) => toLianmaiError(error).code;
const child = new FfmpegProcess({ path, name: 'none', pipes: { in: 'input', out: 'output' }, commandLine: () => [], log });
child.input('in').write('lost');
child.kill('SIGKILL'); // must not reach our own process group
const read = await child
  .output('out')
  .toArray()
  .then((chunks) => chunks.length);
const exit = await child.exited;
await child.close('test');
const job = await runToEnd(path, ['-version'], { timeoutMs: 50 });
const ffmpeg = { path, version: '', encoders: [] };
const limits = { maxWidthPx: 64, timeoutMs: 50, maxBytes: 1000 };
const thumbnail = await makeThumbnail(ffmpeg, Buffer.alloc(188), limits).catch(codeOf);
await new Promise((resolve) => setTimeout(resolve, 100)); // longer than the time limits above
for (const descriptor of open) closeSync(descriptor);
const after = await runToEnd(path, ['-version'], { timeoutMs: 5000 });
process.stdout.write(JSON.stringify({ exit: codeOf(exit.error), read, job: codeOf(job.error), thumbnail, after: after.code }));
