import { expect, it } from 'vitest';
import { isSourceUrl, outputKindOf, toOutputRequest } from './sourceAndOutputUrls';

it('knows what can be fetched', () => {
  for (const url of ['rtsp://10.0.0.7/stream1', ' https://h/a.m3u8 ', 'srt://h:9000?streamid=x', 'file:loop.mp4'])
    expect(isSourceUrl(url), url).toBe(true);
  for (const url of ['', 'cam', 'ftp://h/a', 'rtmp://']) expect(isSourceUrl(url), url).toBe(false);
});

it('the kind of output follows from its URL', () => {
  expect(['rtmp://h/a', 'rtmps://h/a', 'srt://h:1', 'http://h', 'x'].map(outputKindOf)).toEqual(['rtmp', 'rtmp', 'srt', null, null]);
});

it('a separate key becomes the last part of an RTMP URL', () => {
  expect(toOutputRequest({ url: ' rtmp://h/live/ ', key: 'k?a=b' })).toEqual({ kind: 'rtmp', url: 'rtmp://h/live/k?a=b' });
  expect(toOutputRequest({ url: 'rtmp://h/live/k', key: '' })).toEqual({ kind: 'rtmp', url: 'rtmp://h/live/k' });
  expect(toOutputRequest({ url: 'srt://h:9000?streamid=s', key: 'left' })).toEqual({ kind: 'srt', url: 'srt://h:9000?streamid=s' });
  expect(toOutputRequest({ url: 'http://h/', key: '' })).toBeNull();
});
