import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ConfigError } from '@lianmai/kit';
import { describe, expect, it } from 'vitest';
import { ENV_PATHS, helpText, loadServerConfig, parseCommandLine } from './index.js';

const folder = mkdtempSync(path.join(tmpdir(), 'lianmai-config-'));
function load({ yaml, env = {}, argv = [] }: { yaml?: string; env?: Record<string, string>; argv?: string[] }) {
  const file = path.join(folder, 'config.yaml');
  if (yaml !== undefined) writeFileSync(file, yaml);
  return loadServerConfig(parseCommandLine(yaml === undefined ? argv : ['--config', file, ...argv]), env);
}

describe('the configuration', () => {
  it('[CFG-01] runs with defaults alone', () => {
    const config = load({});
    expect(config).toMatchObject({
      http: { port: 3000 },
      origin: { port: 8080 },
      rtmp: { port: 1935 },
      rtc: { port: 40_000 },
      dataDir: './data',
    });
    expect(config.rtc.announcedIp).toContain('127.0.0.1');
    expect(config.rooms).toMatchObject({ seatLimit: 9, reconnectGraceMs: 30_000, chatHistory: 200 });
  });

  it('[CFG-02] puts the file over defaults, the environment over the file, and the command line over all', () => {
    const yaml = 'http:\n  port: 1\n  host: 127.0.0.1\norigin:\n  port: 2\nrtmp:\n  port: 3\nrooms:\n';
    const config = load({ yaml, env: { PORT: '4', ORIGIN_PORT: '5', LOG_LEVEL: '' }, argv: ['--port', '6', '--https'] });
    expect(config).toMatchObject({
      http: { port: 6, host: '127.0.0.1', https: { enabled: true } },
      origin: { port: 5 },
      rtmp: { port: 3 },
    });
  });

  it.each([
    [{ env: { PORT: 'eighty' } }, /PORT: expected a port number/],
    [{ env: { RTC_WORKERS: '0' } }, /RTC_WORKERS: expected a whole number from 1 to 128/],
    [{ argv: ['--port', '99999'] }, /--port: expected 0-65535/],
    [{ yaml: 'http:\n  prot: 80\n' }, /http: .*prot/],
    [{ yaml: 'nonsense: 1\n' }, /top level.*nonsense/],
    [{ yaml: 'rooms:\n  seatLimit: 10\n' }, /rooms.seatLimit: expected a whole number from 1 to 9/],
    [{ yaml: 'chat:\n  blockWords: [casino, 420]\n' }, /chat.blockWords.1: expected a list of words of 1-40 characters, numbers in quotes/],
    [{ yaml: 'access:\n  lobby: maybe\n' }, /access.lobby: expected open, token/],
    [{ env: { LIANMAI_API_KEY: 'only-a-key' } }, /api: expected key and secret together/],
    [{ env: { LIANMAI_API_KEY: 'k', LIANMAI_API_SECRET: 'short' } }, /LIANMAI_API_SECRET: expected at least 8 characters/],
    [{ env: { ANNOUNCED_IP: 'not an address' } }, /ANNOUNCED_IP.*: expected IP addresses or host names/],
    [{ env: { TRUST_PROXY: 'true' } }, /TRUST_PROXY: expected the number of proxies/],
    [{ yaml: 'http:\n  trustProxy: [10.0.0.0/8, proxy]\n' }, /http.trustProxy.1: expected the number of proxies/],
    [{ env: { HTTPS: 'perhaps' } }, /HTTPS: expected true or false/],
    [{ env: { HTTPS_CERT: '/cert.pem' } }, /http.https: expected cert and key together/],
    [{ env: { ORIGIN_PUBLIC_URL: 'cdn' } }, /ORIGIN_PUBLIC_URL: expected http/],
    [{ env: { RTC_PORT: '65535', RTC_WORKERS: '2' } }, /expected room for one port per worker/],
    [{ argv: ['--config', '/nowhere/at/all.yaml'] }, /\/nowhere\/at\/all.yaml cannot be read/],
    [{ argv: ['--prot', '80'] }, /--prot.*\n?.*--help/],
    [{ argv: ['--port'] }, /--port/],
    [{ argv: ['start'] }, /start/],
  ])('[CFG-03] names what is wrong and what was expected: %j', (sources, message) => {
    expect(() => load(sources)).toThrow(ConfigError);
    expect(() => load(sources)).toThrow(message);
  });

  it('[CFG-04] shows no secret when it is printed', () => {
    const config = load({
      env: { LIANMAI_API_KEY: 'k', LIANMAI_API_SECRET: 'very-secret-indeed', LIANMAI_BRIDGE_TOKEN: 'a-bridge-token-of-mine' },
    });
    expect(JSON.stringify(config)).not.toMatch(/very-secret|a-bridge-token/);
    expect(config.api.secret?.reveal()).toBe('very-secret-indeed');
  });

  it('[CFG-05] takes several announced addresses, from a list or with commas', () => {
    expect(load({ env: { ANNOUNCED_IP: '203.0.113.7, media.example.com' } }).rtc.announcedIp).toEqual(['203.0.113.7', 'media.example.com']);
    expect(load({ yaml: 'rtc:\n  announcedIp: [203.0.113.7, "2001:db8::1"]\n' }).rtc.announcedIp).toEqual(['203.0.113.7', '2001:db8::1']);
  });
});

describe('the command line', () => {
  it('[CFG-06] knows what the process is to do', () => {
    expect(parseCommandLine(['--help']).task).toBe('help');
    expect(parseCommandLine(['-v']).task).toBe('version');
    expect(parseCommandLine(['--print-config', '--port', '1']).task).toBe('printConfig');
    expect(parseCommandLine([]).task).toBe('serve');
  });

  it('[CFG-07] is listed by --help, option by option', () => {
    for (const option of [
      '--port',
      '--config',
      '--https',
      '--cert',
      '--key',
      '--data-dir',
      '--announced-ip',
      '--print-config',
      '--version',
    ]) {
      expect(helpText()).toContain(option);
    }
    expect(Object.keys(ENV_PATHS)).toContain('ANNOUNCED_IP');
  });
});
