const CHANNEL = 'freeze';

/** Sends the threads that listen into an endless loop. */
export function freezeThreads(): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(null);
  channel.close();
}

export function listenForFreeze(): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = () => {
    for (;;);
  };
  channel.unref();
}
