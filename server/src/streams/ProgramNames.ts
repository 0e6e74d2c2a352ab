/** The stream names under `live` that belong to rooms. Rooms write them; streams read them, because no stream may be made or published under one. */
export class ProgramNames {
  /** Open rooms, and whether each is live. */
  readonly #isLiveByName = new Map<string, boolean>();

  set(name: string, { isLive }: { isLive: boolean }): void {
    this.#isLiveByName.set(name, isLive);
  }

  release(name: string): void {
    this.#isLiveByName.delete(name);
  }

  /** Whether a room of this name is open. */
  isTaken(name: string): boolean {
    return this.#isLiveByName.has(name);
  }

  /** Whether a room publishes its program under this name now. */
  isLive(name: string): boolean {
    return this.#isLiveByName.get(name) ?? false;
  }
}
