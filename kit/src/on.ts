import type { EventEmitter } from 'node:events';

type Listeners<E extends Record<keyof E, unknown[]>> = { [N in keyof E]?: (...args: E[N]) => void };

/**
 * Subscribes to several events and returns a function that unsubscribes from all of them. State the event map, since TypeScript cannot
 * infer it from a subclass: `on<RoomEvents>(room, { closed: ... })`.
 */
export function on<E extends Record<keyof E, unknown[]>>(emitter: EventEmitter<NoInfer<E>>, listeners: Listeners<E>): () => void {
  // The signature above checks the types; Node's own typings cannot handle a generic map.
  const untyped = emitter as unknown as EventEmitter;
  const entries = Object.entries(listeners) as [string, (...args: unknown[]) => void][];
  for (const [name, listener] of entries) untyped.on(name, listener);
  return () => {
    for (const [name, listener] of entries) untyped.off(name, listener);
  };
}
