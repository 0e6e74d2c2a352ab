/** Returns the id of a new recording, which is also its file name: the start time, then a random part. Ids sort by time and are never reused. */
export function recordingName(startedAtMs: number): string {
  const stamp = new Date(startedAtMs).toISOString().replace(/[-:]|\.\d+/g, '');
  return `${stamp}-${Math.random().toString(36).slice(2, 8).padEnd(6, '0')}`;
}
