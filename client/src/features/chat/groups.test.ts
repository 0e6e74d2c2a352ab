import type { ChatMessage, ParticipantId } from '@lianmai/protocol';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { groupMessages, splitLinks } from './groups';

const message = (id: number, participantId: string, atMs: number): ChatMessage => ({
  id: String(id),
  participantId: participantId as ParticipantId,
  name: participantId,
  role: 'guest',
  text: 'hi',
  atMs,
});

it('messages of one person in a row stand together until there is a pause', () => {
  const groups = groupMessages([
    message(1, 'a', 0),
    message(2, 'a', 1000),
    message(3, 'b', 2000),
    message(4, 'a', 3000),
    message(5, 'a', 400_000),
  ]);
  expect(groups.map((group) => group.messages.map((one) => one.id).join())).toEqual(['1,2', '3', '4', '5']);
});

it('addresses become links, without the full stop after them', () => {
  expect(splitLinks('see https://a.example/x?y=1. ok')).toEqual([
    { text: 'see ', href: null },
    { text: 'https://a.example/x?y=1', href: 'https://a.example/x?y=1' },
    { text: '. ok', href: null },
  ]);
  expect(splitLinks('看 https://a.example/观看，好')[1]?.href).toBe('https://a.example/观看');
});

it('no text is lost and only http addresses are links', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const pieces = splitLinks(text);
      expect(pieces.map((piece) => piece.text).join('')).toBe(text);
      for (const { href } of pieces) if (href !== null) expect(href).toMatch(/^https?:\/\//);
    }),
  );
  expect(splitLinks('javascript:alert(1)').every((piece) => piece.href === null)).toBe(true);
});
