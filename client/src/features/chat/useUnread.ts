import { useEffect, useState } from 'react';
import { useRoom } from '../../state';

/** Counts the others' messages since the chat was last open. */
export function useUnread(isOpen: boolean): number {
  const chat = useRoom((room) => room.chat.messages);
  const selfId = useRoom((room) => room.selfId);
  const [seenAtMs, setSeenAtMs] = useState<number | null>(null);
  const lastAtMs = chat.at(-1)?.atMs ?? 0;
  useEffect(() => {
    // Messages from before we joined count as seen.
    setSeenAtMs((seen) => (isOpen || seen === null ? lastAtMs : seen));
  }, [isOpen, lastAtMs]);
  if (isOpen || seenAtMs === null) return 0;
  return chat.filter((message) => message.atMs > seenAtMs && message.participantId !== selfId).length;
}
