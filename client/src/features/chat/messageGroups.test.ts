import type { ChatMessage, ParticipantId } from '@lianmai/protocol';
import { expect, it } from 'vitest';
import { groupMessages } from './messageGroups';

const message = (id: number, participantId: string, atMs: number): ChatMessage => ({
  id: String(id),
  participantId: participantId as ParticipantId,
  name: participantId,
  role: 'guest',
  text: 'hi',
  atMs,
});

it('consecutive messages of one person form a group until there is a pause', () => {
  const groups = groupMessages([
    message(1, 'a', 0),
    message(2, 'a', 1000),
    message(3, 'b', 2000),
    message(4, 'a', 3000),
    message(5, 'a', 400_000),
  ]);
  expect(groups.map((group) => group.messages.map((one) => one.id).join())).toEqual(['1,2', '3', '4', '5']);
});
