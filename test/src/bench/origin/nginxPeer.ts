import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../../support/index.js';

/** Where Debian's libnginx-mod-rtmp and nginx are. */
const MODULE = '/usr/lib/nginx/modules/ngx_rtmp_module.so';
const PROGRAM = '/usr/sbin/nginx';

export interface Peer {
  pid: number;
  port: number;
  stop(): void;
}

/** nginx-rtmp as Debian ships it, in one process; null where it is not installed. */
export async function startNginx(): Promise<Peer | null> {
  if (!existsSync(MODULE) || !existsSync(PROGRAM)) return null;
  const folder = mkdtempSync(join(tmpdir(), 'lianmai-bench-nginx-'));
  const port = await freePorts();
  const lines = [
    `load_module ${MODULE};`,
    'daemon off; master_process off;',
    `pid ${folder}/pid; error_log ${folder}/error.log;`,
    'events { worker_connections 8192; }',
    `rtmp { server { listen 127.0.0.1:${port}; application live { live on; } } }`,
  ];
  writeFileSync(join(folder, 'nginx.conf'), lines.join('\n'));
  const child: ChildProcess = spawn(PROGRAM, ['-p', folder, '-c', join(folder, 'nginx.conf')], { stdio: 'ignore' });
  return { pid: child.pid ?? 0, port, stop: () => void child.kill('SIGKILL') };
}
