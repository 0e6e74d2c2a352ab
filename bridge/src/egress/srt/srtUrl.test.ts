import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeTarget, parseSrtUrl, type SrtTarget } from './srtUrl.js';

const target = (url: string): SrtTarget => {
  const parsed = parseSrtUrl(url);
  if (typeof parsed === 'string') throw new Error(parsed);
  return parsed;
};

describe('an SRT destination', () => {
  it('is read with its parameters, the stream id plain or encoded', () => {
    const plain = target(
      'srt://cdn.example:9000?streamid=#!::r=live/x,m=publish,key=k1&passphrase=correct%20horse&pbkeylen=32&latency=500',
    );
    expect(plain).toMatchObject({ host: 'cdn.example', port: 9000, keyBytes: 32, latencyMs: 500 });
    expect([plain.streamId.reveal(), plain.passphrase?.reveal()]).toEqual(['#!::r=live/x,m=publish,key=k1', 'correct horse']);
    expect(target('srt://[::1]:1?mode=caller&streamid=%23%21%3A%3Ar%3Dx').streamId.reveal()).toBe('#!::r=x');
    expect(target('srt://127.0.0.1:9000')).toMatchObject({ passphrase: null, keyBytes: 16, latencyMs: 200 });
  });

  it.each([
    ['srt://host', 'srt://host:port'],
    ['srt://host:0', 'srt://host:port'],
    ['srt://u:p@host:1', 'srt://host:port'],
    ['srt://host:1?mode=listener', 'mode'],
    ['srt://host:1?passphrase=short', 'passphrase'],
    ['srt://host:1?pbkeylen=20', 'pbkeylen'],
    ['srt://host:1?latency=soon', 'latency'],
    [`srt://host:1?streamid=${'x'.repeat(513)}`, 'streamid'],
    ['srt://host:1?streamid=a&other=b', '%26'],
  ])('%s is refused by name', (url, words) => expect(parseSrtUrl(url)).toContain(words));

  it('shows no secret, whatever the URL', () => {
    const { redactedUrl, secrets } = describeTarget(
      target('srt://h:9?streamid=#!::r=live/x,m=publish,key=s3cret&passphrase=pass pass pass'),
    );
    expect(redactedUrl).toBe('srt://h:9?***');
    expect(secrets.map((secret) => secret.reveal())).toEqual(expect.arrayContaining(['s3cret', 'pass pass pass']));
    fc.assert(fc.property(fc.string(), (text) => void parseSrtUrl(`srt://h:1?${text}`)));
  });
});
