import type { EventEmitter } from 'node:events';

type Listeners<E extends Record<keyof E, unknown[]>> = { [N in keyof E]?: (...args: E[N]) => void };

/**
 * Subscribes to several events at once and returns the function that unsubscribes from all of them. Name the event map, because TypeScript does not infer it
 * from a subclass: `on<RoomEvents>(room, { closed: ... })`.
 */
export function on<E extends Record<keyof E, unknown[]>>(emitter: EventEmitter<NoInfer<E>>, listeners: Listeners<E>): () => void {
  // Checked by the types above; Node's own do not see through a generic map.
  const untyped = emitter as unknown as EventEmitter;
  const entries = Object.entries(listeners) as [string, (...args: unknown[]) => void][];
  for (const [name, listener] of entries) untyped.on(name, listener);
  return () => {
    for (const [name, listener] of entries) untyped.off(name, listener);
  };
}
