const STORAGE_KEY = 'lianmai.hosted';
const KEPT = 20;

function read(): string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '[]');
    return Array.isArray(stored) ? stored.filter((room): room is string => typeof room === 'string') : [];
  } catch {
    return [];
  }
}

/** This browser has hosted the room, so its person may return as the host. */
export const hasHosted = (room: string): boolean => read().includes(room);

export function rememberHosted(room: string, isHost: boolean): void {
  const others = read().filter((one) => one !== room);
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify(isHost ? [room, ...others].slice(0, KEPT) : others));
  } catch {
    // Storage is forbidden, so they will return as a guest.
  }
}
