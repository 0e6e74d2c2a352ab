/**
 * Outputs: readers of a stream with a destination. An output kind (one folder each) simply connects, delivers and fails with a typed error; `supervise` gives
 * every output its state, retries, totals and stall detection. Outputs share tags and nothing else, so one in trouble never affects another.
 *
 *     const kinds = createOutputKinds({ guard, insecureTls });
 *     const output = supervise(stream, { id, output: kinds.prepare(request) }, { openReader: renditions.read, log });
 *     output.on('changed', (info) => …); output.info; output.retry(); await output.close('removed');
 *
 * A kind says which codecs it accepts, and hub/renditions converts the others. An output whose stream cannot be converted fails with UNSUPPORTED.
 *
 * To add a kind: a folder with an OutputKindDefinition, and one line below. Addresses come from people, so a kind connects to what the guard has checked.
 */
import type { AddressGuard } from '../runtime/outbound/index.js';
import { OutputKinds } from './OutputKinds.js';
import { rtmpOutputKind } from './rtmp/index.js';
import { srtOutputKind } from './srt/index.js';

export type { Output, OutputDescription, OutputKindDefinition, OutputSession, OutputStats, PreparedOutput } from './outputContract.js';
export type { OutputKind, OutputKinds } from './OutputKinds.js';
export { supervise, type OutputJob, type OutputSupervisor, type SupervisorEvents, type SupervisorOptions } from './OutputSupervisor.js';

export interface EgressConfig {
  /** Checks every address before a kind connects to it. */
  guard: AddressGuard;
  /** Accept TLS destinations with an unverifiable certificate: for closed networks and tests. */
  insecureTls: boolean;
}

export const createOutputKinds = (config: EgressConfig): OutputKinds => new OutputKinds([rtmpOutputKind(config), srtOutputKind(config)]);
