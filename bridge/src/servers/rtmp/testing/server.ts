import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import type { Scope } from '@lianmai/kit';
import { LianmaiError, type AuthoriseReply, type AuthoriseRequest } from '@lianmai/protocol';
import { Gate } from '../../../hub/gate/index.js';
import { StreamHub } from '../../../hub/stream/index.js';
import { MemoryLog } from '../../../testing/index.js';
import { RtmpServer, type RtmpServerOptions } from '../index.js';

export interface TestServerOptions extends Partial<Omit<RtmpServerOptions, 'gate' | 'hub' | 'log'>> {
  policy?: Partial<AuthoriseReply>;
}

const KEY = 'open-sesame';

/** Opens a server on a free port with a real gate: publishing needs `key=open-sesame`, playing needs nothing. */
export async function openServer(scope: Scope, { policy, ...options }: TestServerOptions = {}) {
  const hub = scope.own(new StreamHub());
  const asked: AuthoriseRequest[] = [];
  const gate = new Gate({
    authorise: (request) => {
      asked.push(request);
      if (request.action === 'publish' && request.params['key'] !== KEY)
        return Promise.reject(new LianmaiError('FORBIDDEN', undefined, { message: 'The stream key is wrong.' }));
      return Promise.resolve({ onTaken: 'refuse', resumeGraceMs: 5000, srtPassphrase: null, ...policy });
    },
  });
  const memory = new MemoryLog();
  const server = scope.own(await RtmpServer.open({ port: 0, host: '127.0.0.1', gate, hub, log: memory.log, ...options }));
  const url = `rtmp://127.0.0.1:${server.port}/live/cam`;
  return { server, hub, gate, asked, memory, url, publishUrl: `${url}?key=${KEY}` };
}

export function has(program: string): boolean {
  try {
    execFileSync('which', [program], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

export interface Peer {
  child: ChildProcess;
  /** Everything written to stderr. */
  text: () => string;
  exited: Promise<number | null>;
}

/** Starts a real program, killed when the scope closes. */
export function start(scope: Scope, program: string, args: readonly string[]): Peer {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  child.stderr.on('data', (data: Buffer) => (text += data.toString()));
  child.stdout.resume();
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  scope.defer(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  return { child, text: () => text, exited };
}

const PICTURE = ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=30'];
const SOUND = ['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=44100'];
const X264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '30', '-b:v', '400k'];

/** ffmpeg as a real-time encoder: 320x180 H.264, AAC. */
export const publishArgs = (url: string, { seconds = 60, extra = [] as string[] } = {}): string[] => [
  ...['-hide_banner', '-loglevel', 'warning', '-nostdin', '-re', ...PICTURE, ...SOUND, ...X264],
  ...['-c:a', 'aac', '-b:a', '64k', '-t', `${seconds}`, ...extra, '-f', 'flv', url],
];
