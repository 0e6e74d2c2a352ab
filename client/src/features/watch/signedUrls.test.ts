import { describe, expect, it } from 'vitest';
import { signedPoster, refusalOf, signatureOf, signedSources } from './signedUrls';

const PATHS = { whep: '/rtc/v1/whep/?app=live&stream=cam', flv: '/live/cam.flv', wsFlv: '/live/cam.flv', hls: '/live/cam.m3u8' };

describe('signed sources', () => {
  it("are on the page's own server, over TLS if the page is", () => {
    expect(signedSources(PATHS, { href: 'https://tv.example:3000/live/cam', search: '' })).toEqual({
      whep: 'https://tv.example:3000/rtc/v1/whep/?app=live&stream=cam',
      flv: 'https://tv.example:3000/live/cam.flv',
      wsFlv: 'wss://tv.example:3000/live/cam.flv',
      hls: 'https://tv.example:3000/live/cam.m3u8',
      dvr: 'https://tv.example:3000/live/cam.m3u8?dvr=1',
    });
  });

  it('are wherever the server says', () => {
    const flv = 'http://cdn.example/live/cam.flv';
    const sources = signedSources({ ...PATHS, flv, wsFlv: 'ws://cdn.example/live/cam.flv' }, { href: 'http://a/live/cam', search: '' });
    expect([sources.flv, sources.wsFlv]).toEqual([flv, 'ws://cdn.example/live/cam.flv']);
  });

  it("carry the page's signature, and nothing else of its query", () => {
    const { whep, hls } = signedSources(PATHS, { href: 'http://a/live/cam', search: '?expire=99&sign=a%2Bb&lang=en' });
    expect(whep).toBe('http://a/rtc/v1/whep/?app=live&stream=cam&expire=99&sign=a%2Bb');
    expect(hls).toBe('http://a/live/cam.m3u8?expire=99&sign=a%2Bb');
    expect([...signatureOf('?x=1')]).toEqual([]);
  });

  it('include the poster', () => {
    expect(signedPoster('/live/cam.jpg', '?expire=99&sign=ab&lang=en')).toBe('/live/cam.jpg?expire=99&sign=ab');
    expect([signedPoster('/live/cam.jpg', ''), signedPoster(null, '?expire=99&sign=ab')]).toEqual(['/live/cam.jpg', null]);
  });
});

it('explains why a link does not open, as far as the page can tell', () => {
  expect(refusalOf('', 0)).toBe('linkNeeded');
  expect(refusalOf('?expire=100&sign=x', 200_000)).toBe('linkExpired');
  expect(refusalOf('?expire=100&sign=x', 50_000)).toBe('refused');
});
