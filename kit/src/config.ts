import { readFileSync } from 'node:fs';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';

/** A value that is wrong, named with what was expected: the process prints it and exits with 2. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

export interface ConfigSources {
  /** YAML file; a missing file is fine unless `isRequired`. */
  file: string;
  isRequired: boolean;
  env: Readonly<Record<string, string | undefined>>;
  /** Environment variable → path in the schema: `{ PORT: 'http.port' }`. */
  envPaths: Readonly<Record<string, string>>;
}

/** defaults < file < environment. Environment strings are coerced by the schema (use z.coerce), empty ones count as absent. */
export function loadConfig<S extends z.ZodType>(schema: S, sources: ConfigSources): z.infer<S> {
  const tree = readTree(sources);
  const origin = new Map<string, string>();
  for (const [name, path] of Object.entries(sources.envPaths)) {
    const value = sources.env[name];
    if (value === undefined || value === '') continue;
    setPath(tree, path, value);
    origin.set(path, name);
  }
  const result = schema.safeParse(tree);
  if (result.success) return result.data;
  const lines = result.error.issues.map((issue) => {
    const path = issue.path.map(String).join('.');
    // An entry of a list that came as one variable is named by the variable.
    const list = issue.path.slice(0, -1).map(String).join('.');
    const name = origin.get(path) ?? (typeof issue.path.at(-1) === 'number' ? origin.get(list) : undefined);
    return `  ${name ?? (path || '(top level)')}: ${issue.message}`;
  });
  throw new ConfigError(`The configuration is wrong:\n${lines.join('\n')}`);
}

function readTree({ file, isRequired }: ConfigSources): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (!isRequired && (error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new ConfigError(`The configuration file ${file} cannot be read: ${(error as Error).message}`);
  }
  try {
    return z.record(z.string(), z.unknown()).nullable().parse(parseYaml(text)) ?? {};
  } catch (error) {
    throw new ConfigError(`The configuration file ${file} is not valid YAML with names at the top: ${(error as Error).message}`);
  }
}

function setPath(tree: Record<string, unknown>, path: string, value: string): void {
  const keys = path.split('.');
  const last = keys.pop();
  let node = tree;
  for (const key of keys) {
    const next = node[key];
    if (typeof next === 'object' && next !== null) node = next as Record<string, unknown>;
    else node = node[key] = {};
  }
  if (last !== undefined) node[last] = value;
}

export const port = () =>
  z.coerce.number('expected a port number').int('expected a whole port number').min(0, 'expected 0-65535').max(65_535, 'expected 0-65535');

/** Environment strings as booleans: true/false, 1/0, yes/no, on/off. */
export const flag = () =>
  z.union(
    [z.boolean(), z.stringbool({ truthy: ['true', '1', 'yes', 'on'], falsy: ['false', '0', 'no', 'off'] })],
    'expected true or false',
  );
