/** `npm run test:fuzz` gives parsers FUZZ_SCALE times as many inputs as `npm test`. */
const SCALE = Number(process.env['FUZZ_SCALE'] ?? 1);

export const fuzzRuns = (runs: number): number => Math.ceil(runs * SCALE);
