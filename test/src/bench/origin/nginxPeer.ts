import { hasNginxRtmp, startNginxRtmp } from '../../support/index.js';

export interface Peer {
  pid: number;
  port: number;
  stop(): void;
}

/** null where it is not installed. */
export async function startNginx(): Promise<Peer | null> {
  if (!hasNginxRtmp()) return null;
  const { peer, port } = await startNginxRtmp();
  return { pid: peer.pid, port, stop: () => void peer.kill() };
}
