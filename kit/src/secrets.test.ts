import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redact, redactUrl, Secret } from './secrets.js';

describe('redactUrl', () => {
  it.each([
    ['rtmp://a.rtmp.youtube.com/live2/abcd-efgh', 'rtmp://a.rtmp.youtube.com/live2/***'],
    ['rtmps://user:pw@host:443/app/inst/key?auth=1', 'rtmps://host:443/app/inst/***'],
    ['srt://host:10080?streamid=secret&passphrase=12', 'srt://host:10080?***'],
    ['not a url', '***'],
  ])('shows the destination and hides the key: %s', (url, shown) => {
    expect(redactUrl(url)).toBe(shown);
  });
});

describe('redact', () => {
  it('removes a stream key from the text around it', () => {
    const key = fc.stringMatching(/^[a-z0-9-]{12,30}$/);
    fc.assert(
      fc.property(key, fc.string(), fc.string(), (secret, before, after) => {
        const text = redact(`${before} rtmp://cdn.example/live/${secret} ${after}`);
        fc.pre(!before.includes(secret) && !after.includes(secret));
        expect(text).not.toContain(secret);
      }),
    );
    expect(redact('open http://cdn/x.flv?auth_key=1-2&txSecret=abc&txTime=5&X-Amz-Signature=f')).toBe(
      'open http://cdn/x.flv?auth_key=***&txSecret=***&txTime=5&X-Amz-Signature=***',
    );
    expect(redact('GET /x?token=abc&y=1 and https://me:pw@h/')).toBe('GET /x?token=***&y=1 and https://***@h/');
  });
});

describe('Secret', () => {
  it('cannot be printed by accident', () => {
    const secret = new Secret('hunter2');
    for (const text of [String(secret), JSON.stringify({ secret }), inspect({ secret }), `${secret}`])
      expect(text).not.toContain('hunter2');
    expect(secret.reveal()).toBe('hunter2');
  });
});
