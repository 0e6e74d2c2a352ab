/** Can be closed once, with a reason. Further calls do nothing. */
export interface Closable {
  close(reason: string): void | Promise<void>;
}

type Undo = (reason: string) => void | Promise<void>;

/**
 * Closes its parts once, in reverse order of `own`; parts added after closing are closed at once. A part that fails does not stop the
 * others: all failures are thrown as one AggregateError.
 */
export class Scope implements Closable {
  readonly #undo: Undo[] = [];
  readonly #abort = new AbortController();
  #closing: Promise<void> | undefined;

  /** Aborts with the closing reason when closing starts. Pass it to anything that runs in this scope. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get isClosed(): boolean {
    return this.#closing !== undefined;
  }

  own<T extends Closable>(thing: T): T {
    this.defer((reason) => thing.close(reason));
    return thing;
  }

  /** Owns parts that open side by side, in the order given. Throws the first failure once all have settled; the others are owned nevertheless. */
  async ownAll<T extends readonly Promise<Closable>[]>(opening: readonly [...T]): Promise<{ -readonly [I in keyof T]: Awaited<T[I]> }> {
    for (const outcome of await Promise.allSettled(opening)) if (outcome.status === 'fulfilled') this.own(outcome.value);
    return Promise.all(opening);
  }

  /** Runs `undo` when the scope closes. Returns a function that drops it, for parts that end by themselves. */
  defer(undo: Undo): () => void {
    if (this.isClosed) void Promise.resolve(undo('scope is closed')).catch(() => undefined);
    else this.#undo.push(undo);
    return () => {
      const index = this.#undo.indexOf(undo);
      if (index >= 0) this.#undo.splice(index, 1);
    };
  }

  interval(everyMs: number, task: () => void): void {
    const timer = setInterval(task, everyMs);
    timer.unref();
    this.defer(() => clearInterval(timer));
  }

  close(reason: string): Promise<void> {
    this.#closing ??= this.#closeAll(reason);
    return this.#closing;
  }

  async #closeAll(reason: string): Promise<void> {
    this.#abort.abort(new Error(reason));
    const errors: unknown[] = [];
    for (let undo = this.#undo.pop(); undo; undo = this.#undo.pop()) {
      try {
        await undo(reason);
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, `closing (${reason}) failed in ${errors.length} part(s)`);
  }
}
