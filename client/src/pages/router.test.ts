import { expect, it } from 'vitest';
import { roomPath, routeOf } from './router';

it('knows its addresses', () => {
  expect(routeOf('/')).toEqual({ page: 'room', room: null });
  expect(routeOf('/r/team-1')).toEqual({ page: 'room', room: 'team-1' });
  expect(routeOf('/r/team-1/')).toEqual({ page: 'room', room: 'team-1' });
  expect(routeOf('/watch/show')).toEqual({ page: 'watch', room: 'show' });
  for (const path of ['/r', '/watch/', '/r/a/b', '/admin', '/nothing/here']) expect(routeOf(path).page).toBe('unknown');
});

it('survives what cannot be decoded', () => expect(routeOf('/r/%E0%A4%A')).toEqual({ page: 'room', room: '%E0%A4%A' }));
it('a room and its path belong together', () => expect(routeOf(roomPath('a b'))).toEqual({ page: 'room', room: 'a b' }));
