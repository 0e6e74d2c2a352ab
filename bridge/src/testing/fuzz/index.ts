/** FUZZ_SCALE times as many inputs for parsers as `npm test` gives them: `npm run test:fuzz`. */
const SCALE = Number(process.env['FUZZ_SCALE'] ?? 1);

export const fuzzRuns = (runs: number): number => Math.ceil(runs * SCALE);
