import { expect, it } from 'vitest';
import { roomPath, routeOf } from './router';

it('maps paths to pages', () => {
  expect(routeOf('/')).toEqual({ page: 'room', room: null });
  expect(routeOf('/r/team-1')).toEqual({ page: 'room', room: 'team-1' });
  expect(routeOf('/r/team-1/')).toEqual({ page: 'room', room: 'team-1' });
  expect(routeOf('/watch/show')).toEqual({ page: 'watch', app: null, name: 'show' });
  expect(routeOf('/live/cam')).toEqual({ page: 'watch', app: null, name: 'cam' });
  expect(routeOf('/live/studio/cam')).toEqual({ page: 'watch', app: 'studio', name: 'cam' });
  expect(routeOf('/watch/studio/cam')).toEqual({ page: 'watch', app: 'studio', name: 'cam' });
  expect(routeOf('/streams')).toEqual({ page: 'streams' });
  expect(routeOf('/recordings')).toEqual({ page: 'recordings' });
  for (const path of ['/r', '/watch/', '/r/a/b', '/live/a/b/c', '/streams/x', '/recordings/x', '/admin', '/nothing/here'])
    expect(routeOf(path).page).toBe('unknown');
});

it('accepts a path that cannot be decoded', () => expect(routeOf('/r/%E0%A4%A')).toEqual({ page: 'room', room: '%E0%A4%A' }));
it("maps a room's path back to the room", () => expect(routeOf(roomPath('a b'))).toEqual({ page: 'room', room: 'a b' }));
