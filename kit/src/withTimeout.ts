/** Settles as `promise` does, or after `ms` as `onTimeout` does: it may return a fallback or throw. */
export async function withTimeout<T, F>(promise: Promise<T>, ms: number, onTimeout: () => F | Promise<F>): Promise<T | F> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  try {
    return await Promise.race([promise, timeout.then(onTimeout)]);
  } finally {
    clearTimeout(timer);
  }
}
