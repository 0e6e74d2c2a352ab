/**
 * Outputs: readers of a stream with a destination. A kind (one folder each) is a dumb runner that connects, delivers and fails with a typed error;
 * `supervise` gives every output its state, retries, totals and watchdog. One output's trouble is never another's: they share tags and nothing else.
 *
 *   const kinds = createOutputKinds();
 *   const output = supervise(stream, { id, output: kinds.prepare(request) }, { openReader: renditions.read, log });
 *   output.on('changed', (info) => …); output.info; output.retry(); await output.close('removed');
 *
 * A kind says which codecs it accepts; what a stream has instead is made into them on the way (`renditions/`), and a destination for which there is no way
 * is told as failed, UNSUPPORTED.
 *
 * To add a kind: a folder with an OutputKindDefinition, and one line below.
 */
import { OutputKinds } from './OutputKinds.js';
import { rtmpOutputKind } from './rtmp/index.js';
import { srtOutputKind } from './srt/index.js';

export type { Output, OutputDescription, OutputKindDefinition, OutputSession, OutputStats, PreparedOutput } from './contract.js';
export type { OutputKind, OutputKinds } from './OutputKinds.js';
export { supervise, type OutputJob, type OutputSupervisor, type SupervisorEvents, type SupervisorOptions } from './OutputSupervisor.js';

export interface EgressConfig {
  /** Send to TLS destinations whose certificate nobody vouches for: for closed networks and tests. */
  insecureTls: boolean;
}

export const createOutputKinds = (config: EgressConfig = { insecureTls: false }): OutputKinds =>
  new OutputKinds([rtmpOutputKind(config), srtOutputKind()]);
