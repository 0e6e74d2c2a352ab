/** A value with subscribers. It stays the same object until a field changes, as useSyncExternalStore requires. */
export class SnapshotStore<T extends object> {
  #value: T;
  readonly #listeners = new Set<() => void>();

  constructor(value: T) {
    this.#value = value;
  }

  get value(): T {
    return this.#value;
  }

  patch(patch: Partial<T>): void {
    const hasChanged = (Object.keys(patch) as (keyof T)[]).some((name) => !Object.is(patch[name], this.#value[name]));
    if (!hasChanged) return;
    this.#value = { ...this.#value, ...patch };
    for (const listener of this.#listeners) listener();
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#listeners.clear();
  }
}
