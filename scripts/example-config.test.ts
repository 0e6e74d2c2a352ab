import { readFileSync } from 'node:fs';
import { parse as parseYaml } from 'yaml';
import { expect, it } from 'vitest';
import { ENV_PATHS, ServerConfig } from '../server/src/config/index.js';

const text = readFileSync(new URL('../lianmai.config.example.yaml', import.meta.url), 'utf8');

it('the example configuration equals the defaults', () => {
  expect(ServerConfig.parse(parseYaml(text))).toEqual(ServerConfig.parse({}));
});

it('the example configuration names every environment variable', () => {
  for (const name of Object.keys(ENV_PATHS)) expect(text).toContain(`[${name}]`);
});

it('the example configuration names every setting', () => {
  const names = (value: unknown): string[] =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.entries(value).flatMap(([name, inner]) => [name, ...names(inner)])
      : [];
  for (const name of names(ServerConfig.parse({}))) expect(text).toMatch(new RegExp(`^[# ]*${name}:`, 'm'));
});
