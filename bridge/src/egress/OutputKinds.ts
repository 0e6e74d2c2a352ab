import { LianmaiError, parse, type OutputRequest } from '@lianmai/protocol';
import { z } from 'zod';
import type { OutputKindDefinition, PreparedOutput } from './outputContract.js';

/** An output kind with its options' type hidden, so that kinds with different options fit into one list. */
export interface OutputKind {
  kind: string;
  schemes: readonly string[];
  /** JSON Schema of a request's options, for forms. */
  optionsSchema(): Record<string, unknown>;
  prepare(request: OutputRequest): PreparedOutput;
}

export function defineOutputKind<S extends z.ZodType>(definition: OutputKindDefinition<S>): OutputKind {
  const { kind, schemes, accepts, options: schema } = definition;
  return {
    kind,
    schemes,
    optionsSchema: () => z.toJSONSchema(schema, { io: 'input' }),
    prepare(request) {
      const options = parse(schema, request);
      const { redactedUrl, secrets } = definition.describe(options);
      return { kind, accepts, redactedUrl, secrets, create: (session) => definition.create(options, session) };
    },
  };
}

/** The output kinds this bridge has. */
export class OutputKinds {
  readonly #kinds: readonly OutputKind[];

  constructor(kinds: readonly OutputKind[]) {
    this.#kinds = kinds;
  }

  /** For the bridge's hello. */
  advertise(): { kind: string; schemes: string[]; options: Record<string, unknown> }[] {
    return this.#kinds.map((entry) => ({ kind: entry.kind, schemes: [...entry.schemes], options: entry.optionsSchema() }));
  }

  /** Checks a request. Throws UNSUPPORTED for an unknown kind and BAD_REQUEST naming the wrong field; the text never contains a key. */
  prepare(request: OutputRequest): PreparedOutput {
    const found = this.#kinds.find((candidate) => candidate.kind === request.kind);
    if (found) return found.prepare(request);
    const known = this.#kinds.map((candidate) => candidate.kind);
    throw new LianmaiError(
      'UNSUPPORTED',
      { kinds: known },
      { message: `There is no output kind "${request.kind}". Known: ${known.join(', ')}.` },
    );
  }
}
