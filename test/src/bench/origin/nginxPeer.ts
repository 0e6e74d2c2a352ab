import { hasNginxRtmp, startNginxRtmp } from '../../support/index.js';

export interface Peer {
  pid: number;
  port: number;
  stop(): void;
}

/** Returns null where nginx-rtmp is not installed. */
export async function startNginx(): Promise<Peer | null> {
  if (!hasNginxRtmp()) return null;
  const { peer, port } = await startNginxRtmp();
  return { pid: peer.pid, port, stop: () => void peer.kill() };
}
