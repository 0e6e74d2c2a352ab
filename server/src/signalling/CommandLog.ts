const KEPT_MS = 120_000;
const MOST = 5000;

/**
 * The answers to commands that carry an id of their sender's making, so that a command which is sent again, because its answer was lost,
 * is carried out once. A command that failed has done nothing and may be tried again.
 */
export class CommandLog {
  readonly #answers = new Map<string, { answer: Promise<unknown>; atMs: number }>();

  /** Runs `task` unless a command of this sender and id runs or has succeeded in the last two minutes; then returns that one's answer. */
  once<T>(sender: string, id: string, task: () => Promise<T>): Promise<T> {
    this.#forgetOld();
    const key = `${sender} ${id}`;
    const known = this.#answers.get(key);
    // One sender's id stands for one command, so the answer has the type of this one.
    if (known) return known.answer as Promise<T>;
    const answer = task();
    this.#answers.set(key, { answer, atMs: performance.now() });
    answer.catch(() => this.#answers.delete(key));
    return answer;
  }

  /** In order of their age. */
  #forgetOld(): void {
    const now = performance.now();
    for (const [key, { atMs }] of this.#answers) {
      if (now - atMs < KEPT_MS && this.#answers.size < MOST) return;
      this.#answers.delete(key);
    }
  }
}
