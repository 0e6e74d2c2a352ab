import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeTarget, parseRtmpUrl } from './rtmpUrl.js';

describe('parseRtmpUrl', () => {
  it.each([
    ['rtmp://a.example/live/key', 'a.example', 1935, 'live', 'key', 'rtmp://a.example/live'],
    ['rtmps://a.example/app/inst/key?x=y&z=a/b', 'a.example', 443, 'app/inst', 'key?x=y&z=a/b', 'rtmps://a.example/app/inst'],
    ['RTMP://a.example:1936/app/key', 'a.example', 1936, 'app', 'key', 'rtmp://a.example:1936/app'],
    ['rtmp://[::1]:1935/app/key', '::1', 1935, 'app', 'key', 'rtmp://[::1]:1935/app'],
    ['rtmp://a.example/app?vhost=v.example/key', 'a.example', 1935, 'app?vhost=v.example', 'key', 'rtmp://a.example/app?vhost=v.example'],
    ['rtmp://a.example/app/%2Fkey%3d', 'a.example', 1935, 'app', '%2Fkey%3d', 'rtmp://a.example/app'],
  ])('%s', (url, host, port, app, key, tcUrl) => {
    const target = parseRtmpUrl(url);
    expect(target).toMatchObject({ host, port, app, tcUrl, hasUserInfo: false });
    expect(target?.streamKey.reveal()).toBe(key);
  });

  it.each([
    '',
    'rtmp://',
    'rtmp://host',
    'rtmp://host/',
    'rtmp://host/app',
    'rtmp://host/app/',
    'rtmp://host/app/?x=y',
    'http://host/app/key',
    'rtmp://host:0/app/key',
    'rtmp://host:99999/app/key',
    'rtmp://host/a b/c',
  ])('refuses %j', (url) => expect(parseRtmpUrl(url)).toBeNull());

  it('notices user names', () => expect(parseRtmpUrl('rtmp://me:secret@host/app/key')?.hasUserInfo).toBe(true));

  it('describes a target without any part of its key', () => {
    const part = fc.stringMatching(/^[a-zA-Z0-9_-]{12,20}$/);
    fc.assert(
      fc.property(part, part, part, (key, sign, vhost) => {
        const target = parseRtmpUrl(`rtmps://host.example:444/app?vhost=${vhost}/${key}?sign=${sign}`);
        const { redactedUrl, secrets } = describeTarget(target!);
        expect(redactedUrl).not.toMatch(new RegExp(`${key}|${sign}`));
        expect(secrets.map((secret) => secret.reveal())).toContain(key);
      }),
    );
  });
});
