import type { Reader } from '../../stream/index.js';
import type { Output, OutputSession, OutputStats } from '../contract.js';

export class RtmpOutput implements Output {
  constructor(_url: string, _session: OutputSession) {}
  run(_reader: Reader, _signal: AbortSignal): Promise<void> {
    throw new Error('being written');
  }
  stats(): OutputStats {
    return { bytesSent: 0, queuedBytes: 0 };
  }
}
