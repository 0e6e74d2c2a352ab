/**
 * Media formats: pure parsing and writing, no I/O, no clocks. Input from outside is bounded and answered with FormatError, never with a crash or a
 * loop: every parser here is fuzzed. Nothing in this folder knows streams, sessions or destinations.
 */
export * from './flv.js';
export { FormatError } from './FormatError.js';
