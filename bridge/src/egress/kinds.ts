import { LianmaiError, parse, type OutputRequest } from '@lianmai/protocol';
import { z } from 'zod';
import type { OutputKindDefinition, PreparedOutput } from './contract.js';

/** A kind with its options' type closed over, so that kinds of different options stand in one list. */
export interface OutputKind {
  kind: string;
  schemes: readonly string[];
  /** JSON Schema of a request's options, for forms. */
  optionsSchema(): Record<string, unknown>;
  prepare(request: OutputRequest): PreparedOutput;
}

export function defineOutputKind<S extends z.ZodType>(definition: OutputKindDefinition<S>): OutputKind {
  const { kind, schemes, options: schema } = definition;
  return {
    kind,
    schemes,
    optionsSchema: () => z.toJSONSchema(schema, { io: 'input' }),
    prepare(request) {
      const options = parse(schema, request);
      const { redactedUrl, secrets } = definition.describe(options);
      return { kind, redactedUrl, secrets, create: (session) => definition.create(options, session) };
    },
  };
}

/** Checks a request against its kind. Throws UNSUPPORTED for a kind that is not in `kinds`, BAD_REQUEST naming the field that is wrong. */
export function prepareWith(kinds: readonly OutputKind[], request: OutputRequest): PreparedOutput {
  const found = kinds.find((candidate) => candidate.kind === request.kind);
  if (found) return found.prepare(request);
  const known = kinds.map((candidate) => candidate.kind);
  throw new LianmaiError('UNSUPPORTED', { kinds: known }, { message: `There is no output kind "${request.kind}". Known: ${known.join(', ')}.` });
}
