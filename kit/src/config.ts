import { readFileSync } from 'node:fs';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';

/** The exit status of a process that a wrong setting keeps from starting. */
export const CONFIG_ERROR_STATUS = 2;

/** A wrong setting, with what was expected instead. The process prints the message and exits with `CONFIG_ERROR_STATUS`. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

export interface ConfigSources {
  /** Values under those of the environment: parsed already, or a YAML file. */
  base: Record<string, unknown> | ConfigFile;
  env: Readonly<Record<string, string | undefined>>;
  /** Maps environment variables to paths in the schema: `{ PORT: 'http.port' }`. */
  envPaths: Readonly<Record<string, string>>;
}

export class ConfigFile {
  readonly path: string;
  readonly isRequired: boolean;

  /** A missing file counts as an empty one unless `isRequired`. */
  constructor(path: string, { isRequired = false } = {}) {
    this.path = path;
    this.isRequired = isRequired;
  }
}

/** Defaults < base < environment. The schema coerces environment strings (use z.coerce); an empty string counts as absent. */
export function loadConfig<S extends z.ZodType>(schema: S, { base, env, envPaths }: ConfigSources): z.infer<S> {
  const tree = base instanceof ConfigFile ? readTree(base) : structuredClone(base);
  const origin = new Map<string, string>();
  for (const [name, path] of Object.entries(envPaths)) {
    const value = env[name];
    if (value === undefined || value === '') continue;
    setPath(tree, path, value);
    origin.set(path, name);
  }
  const result = schema.safeParse(tree);
  if (result.success) return result.data;
  const lines = result.error.issues.map((issue) => {
    const path = issue.path.map(String).join('.');
    // A list may have come as one variable: its entries are named by that variable.
    const list = issue.path.slice(0, -1).map(String).join('.');
    const name = origin.get(path) ?? (typeof issue.path.at(-1) === 'number' ? origin.get(list) : undefined);
    return `  ${name ?? (path || '(top level)')}: ${issue.message}`;
  });
  throw new ConfigError(`The configuration is wrong:\n${lines.join('\n')}`);
}

function readTree({ path: file, isRequired }: ConfigFile): Record<string, unknown> {
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
    throw new ConfigError(
      `The configuration file ${file} is not valid YAML with named values at the top level: ${(error as Error).message}`,
    );
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

/** A section of a configuration. An empty one (`http:` with nothing under it) stands for its defaults. */
export const section = <S extends z.ZodRawShape>(shape: S) => z.preprocess((value) => value ?? {}, z.strictObject(shape));

export const integer = (min: number, max: number) => {
  const expected = `expected a whole number from ${min} to ${max}`;
  return z.coerce.number(expected).int(expected).min(min, expected).max(max, expected);
};

export const text = (expected: string) => z.string(expected).min(1, expected);

export const oneOf = <const V extends readonly [string, ...string[]]>(values: V) => z.enum(values, `expected ${values.join(', ')}`);

/** A boolean, also written as true/false, 1/0, yes/no or on/off in an environment variable. */
export const flag = () =>
  z.union(
    [z.boolean(), z.stringbool({ truthy: ['true', '1', 'yes', 'on'], falsy: ['false', '0', 'no', 'off'] })],
    'expected true or false',
  );
