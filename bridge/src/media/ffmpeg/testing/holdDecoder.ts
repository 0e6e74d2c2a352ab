/** Has one FFmpeg waiting for input on each kind of pipe, for the test that kills this process. Prints their process ids. */
import { createLog } from '@lianmai/kit';
import { FfmpegProcess } from '../FfmpegProcess.js';

const [path = 'ffmpeg'] = process.argv.slice(2);
const log = createLog('test', 'silent');
const input = (url: string) => ['-v', 'quiet', '-f', 'ivf', '-i', url, '-f', 'null', '-'];
const bySocket = new FfmpegProcess({ path, name: 'socket', pipes: { ivf: 'socket' }, commandLine: ({ ivf }) => input(ivf), log });
const byPipe = new FfmpegProcess({ path, name: 'pipe', pipes: { ivf: 'input' }, commandLine: ({ ivf }) => input(ivf), log });
process.stdout.write(`${bySocket.pid} ${byPipe.pid}\n`);
