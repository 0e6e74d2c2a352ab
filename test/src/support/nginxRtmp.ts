import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Peer } from './Peer.js';
import { freePorts } from './ports.js';

/** The paths of Debian's libnginx-mod-rtmp and nginx. */
const MODULE = '/usr/lib/nginx/modules/ngx_rtmp_module.so';
const PROGRAM = '/usr/sbin/nginx';

export const hasNginxRtmp = (): boolean => existsSync(MODULE) && existsSync(PROGRAM);

/** Starts nginx-rtmp as Debian ships it, in one process; it accepts everything published under `live`. */
export async function startNginxRtmp(): Promise<{ peer: Peer; port: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'lianmai-nginx-'));
  const port = await freePorts();
  const lines = [
    `load_module ${MODULE};`,
    'daemon off; master_process off;',
    `pid ${folder}/pid; error_log ${folder}/error.log;`,
    'events { worker_connections 8192; }',
    `rtmp { server { listen 127.0.0.1:${port}; application live { live on; } } }`,
  ];
  writeFileSync(join(folder, 'nginx.conf'), lines.join('\n'));
  return { peer: new Peer(PROGRAM, ['-p', folder, '-c', join(folder, 'nginx.conf')]), port };
}
