import { expect, it } from 'vitest';
import { isBlank, noDestination, problemOf, rtmpOutputRequest } from './destination';

it('joins server and key into one URL, with one slash between them', () => {
  expect(rtmpOutputRequest({ server: 'rtmp://a.example/live/ ', key: ' /k?token=1 ' }).url).toBe('rtmp://a.example/live/k?token=1');
  expect(rtmpOutputRequest({ server: 'rtmps://a.example:443/app/key', key: '' }).url).toBe('rtmps://a.example:443/app/key');
});

it('finds what is wrong before anything is sent', () => {
  expect(problemOf({ server: 'https://a.example', key: '' })).toBe('badServer');
  expect(problemOf({ server: 'a.example/live', key: '' })).toBe('badServer');
  expect(problemOf({ server: '', key: 'k' })).toBe('noServer');
  expect(problemOf({ server: 'rtmp://a.example/live', key: 'k' })).toBeNull();
  expect(problemOf(noDestination())).toBeNull();
  expect(isBlank(noDestination())).toBe(true);
});
