import { BridgeSettings } from '@lianmai/kit';
import { describe, expect, it } from 'vitest';
import { readSettings, settingsFrom } from './config.js';

const required = { serverUrl: 'http://127.0.0.1:3000', token: 'secret-token', bridgeId: 'b1' };

describe('settings', () => {
  it('gives an external bridge the defaults of the schema, and one variable for each setting', () => {
    const env = { SERVER_URL: required.serverUrl, BRIDGE_TOKEN: required.token, BRIDGE_ID: 'b1' };
    expect(readSettings(env)).toEqual(BridgeSettings.parse(required));
    const settings = readSettings({ ...env, ORIGIN_PORT: '81', HLS_SEGMENT_MS: '1000', ORIGIN_HOST: '10.0.0.1', LOG_LEVEL: 'warn' });
    expect(settings).toMatchObject({ origin: { port: 81, hls: { segmentMs: 1000 } }, host: '10.0.0.1', logLevel: 'warn' });
  });

  it('gives an embedded bridge what the server handed over, whatever else the environment says', () => {
    const handedOver = { ...required, origin: { port: 81 }, record: { dir: '/recordings' } };
    const settings = settingsFrom(handedOver, { ORIGIN_PORT: '82', BRIDGE_TOKEN: 'other', OUTPUT_INSECURE_TLS: '1' });
    expect(settings).toMatchObject({ token: 'secret-token', origin: { port: 81 }, record: { dir: '/recordings' }, insecureTls: true });
  });

  it('rejects what is missing or misspelt, without showing the token', () => {
    expect(() => readSettings({})).toThrow(/serverUrl/);
    expect(() => settingsFrom({ ...required, orign: {} }, {})).toThrow(/^(?!.*secret-token).*orign/s);
  });
});
