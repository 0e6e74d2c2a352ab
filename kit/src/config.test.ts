import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ConfigError, ConfigFile, flag, loadConfig, port } from './config.js';

const schema = z.strictObject({ http: z.strictObject({ port: port().default(3000), isOpen: flag().default(false) }).prefault({}) });
const file = join(mkdtempSync(join(tmpdir(), 'lianmai-config-')), 'config.yaml');
const load = (env: Record<string, string>) =>
  loadConfig(schema, { base: new ConfigFile(file), env, envPaths: { PORT: 'http.port', OPEN: 'http.isOpen' } });

describe('loadConfig', () => {
  it('lets the environment win over the file and the file over the defaults', () => {
    expect(load({}).http).toEqual({ port: 3000, isOpen: false });
    writeFileSync(file, 'http:\n  port: 4000\n  isOpen: yes\n');
    expect(load({ PORT: '' }).http).toEqual({ port: 4000, isOpen: true });
    expect(load({ PORT: '5000', OPEN: 'off' }).http).toEqual({ port: 5000, isOpen: false });
  });

  it('takes values that are parsed already, and leaves them as they were', () => {
    const base = { http: { port: 4000 } };
    expect(loadConfig(schema, { base, env: { PORT: '5000' }, envPaths: { PORT: 'http.port' } }).http.port).toBe(5000);
    expect(base.http.port).toBe(4000);
  });

  it('names the variable that is wrong and what was expected', () => {
    expect(() => load({ PORT: 'http' })).toThrow(/PORT: expected a port number/);
    expect(() => load({ PORT: '70000' })).toThrow(/PORT: expected 0-65535/);
  });

  it('rejects unknown names', () => {
    writeFileSync(file, 'htpp:\n  port: 1\n');
    expect(() => load({})).toThrow(ConfigError);
    expect(() => load({})).toThrow(/htpp/);
  });
});
