/**
 * Outputs: readers of a stream with a destination. A kind (one folder each) is a dumb runner that connects, delivers and fails with a typed error;
 * `supervise` gives every output its state, retries, totals and watchdog. One output's trouble is never another's: they share tags and nothing else.
 *
 * To add a kind: a folder with an OutputKindDefinition, and one line in `outputKinds` below.
 */
import type { OutputRequest } from '@lianmai/protocol';
import type { PreparedOutput } from './contract.js';
import { prepareWith, type OutputKind } from './kinds.js';
import { rtmpOutput } from './rtmp/index.js';

export type { Output, OutputDescription, OutputKindDefinition, OutputSession, OutputStats, PreparedOutput } from './contract.js';
export { defineOutputKind, type OutputKind } from './kinds.js';
export { OutputSupervisor, supervise, type OutputJob, type SupervisorEvents, type SupervisorOptions } from './OutputSupervisor.js';

export const outputKinds: readonly OutputKind[] = [rtmpOutput];

/** Checks a request against its kind: throws UNSUPPORTED or BAD_REQUEST, never with the key in its text. */
export const prepareOutput = (request: OutputRequest): PreparedOutput => prepareWith(outputKinds, request);
