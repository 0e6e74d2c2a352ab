import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { ConfigError } from './config.js';
import { listenOrThrow, plainIp } from './net.js';

describe('listenOrThrow', () => {
  it('returns the port, or explains how to choose another when it is taken', async () => {
    const [first, second] = [createServer(), createServer()];
    const port = await listenOrThrow(first, { port: 0, host: '127.0.0.1', option: 'PORT' });
    expect(port).toBeGreaterThan(0);
    const failed = listenOrThrow(second, { port, host: '127.0.0.1', option: 'PORT' });
    await expect(failed).rejects.toThrow(new ConfigError(`Port ${port} is in use by another program. Choose another one with PORT.`));
    await new Promise((resolve) => first.close(resolve));
  });

  it('throws a ConfigError for an address that this machine does not have', async () => {
    await expect(listenOrThrow(createServer(), { port: 0, host: '192.0.2.1', option: 'PORT' })).rejects.toBeInstanceOf(ConfigError);
  });
});

describe('plainIp', () => {
  it.each([
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['192.0.2.7', '192.0.2.7'],
    ['::1', '::1'],
    ['::ffff:1', '::ffff:1'],
    [undefined, ''],
  ])('%s -> %s', (ip, plain) => {
    expect(plainIp(ip)).toBe(plain);
  });
});
