const EVERY_MS = 500;

/** A message to the parent process, which may take its absence as a stall. */
export interface AliveMessage {
  kind: 'alive';
}

const ALIVE: AliveMessage = { kind: 'alive' };

/** Tells the parent process twice a second that this thread is running. Does nothing without an IPC channel, and ends with it. */
export function sendAlive(): void {
  let isSending = false;
  const timer = setInterval(send, EVERY_MS);
  timer.unref();
  send();

  function send(): void {
    // Asked each time: a listener to 'disconnect' would keep this process running.
    if (!process.connected) clearInterval(timer);
    // A parent that does not read must not fill our memory.
    if (!process.connected || isSending) return;
    isSending = true;
    process.send?.(ALIVE, undefined, undefined, () => (isSending = false));
  }
}
