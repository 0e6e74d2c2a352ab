import { RoomId } from '@lianmai/protocol';
import { expect, it } from 'vitest';
import { suggestRoomName, toRoomName } from './roomName';

it('suggested names are valid rooms', () => {
  for (let i = 0; i < 200; i++) expect(RoomId.safeParse(suggestRoomName()).success).toBe(true);
  expect(RoomId.safeParse(suggestRoomName(() => 0.999999)).success).toBe(true);
});

it('a pasted link yields its room', () => {
  expect(toRoomName('https://live.example.org/r/team-1?x=1#y')).toBe('team-1');
  expect(toRoomName('http://localhost:3000/watch/show')).toBe('show');
});

it('spaces become dashes, and everything else stays for validation', () => {
  expect(toRoomName('my  room')).toBe('my-room');
  expect(toRoomName('房间')).toBe('房间');
});
