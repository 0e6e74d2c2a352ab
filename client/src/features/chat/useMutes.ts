import type { ChatMute } from '@lianmai/protocol';
import { useEffect, useMemo, useState } from 'react';
import { useChat } from '../../bindings';

/** The people who may not write now, for moderators. Mutes end by themselves, without news from the server. */
export function useMutes(): ChatMute[] {
  const mutes = useChat(({ chat }) => chat.moderation?.mutes);
  const clockOffsetMs = useChat((state) => state.clockOffsetMs);
  const [now, setNow] = useState(Date.now);
  const on = useMemo(
    () => (mutes ?? []).filter(({ untilMs }) => untilMs === null || untilMs > now + clockOffsetMs),
    [mutes, now, clockOffsetMs],
  );
  const nextMs = Math.min(...on.map(({ untilMs }) => untilMs ?? Infinity));
  useEffect(() => {
    if (nextMs === Infinity) return;
    const timer = setTimeout(() => setNow(Date.now()), Math.max(0, nextMs - clockOffsetMs - Date.now()) + 50);
    return () => clearTimeout(timer);
  }, [nextMs, clockOffsetMs]);
  return on;
}
