import type { BridgeEventData, ProgramInfo, ProgramState, ProgramStats } from '@lianmai/protocol';

type Reason = ProgramInfo['reason'];
type Change = Pick<BridgeEventData<'programStateChanged'>, 'state' | 'reason' | 'atMs'>;

/** What is known of a program's health. Forward only, but for a rescue: a program that lost its bridge starts again, and says so. */
export class ProgramStatus {
  readonly startedAtMs = Date.now();
  #state: ProgramState = 'starting';
  #reason: Reason = null;
  #liveSinceMs: number | null = null;
  #stats: ProgramStats | null = null;
  #hlsViewers = 0;

  get state(): ProgramState {
    return this.#state;
  }

  get isOver(): boolean {
    return this.#state === 'ended' || this.#state === 'failed';
  }

  /** Neither over nor on its way there. */
  get isOn(): boolean {
    return !this.isOver && this.#state !== 'stopping';
  }

  get info() {
    const { startedAtMs } = this;
    return {
      state: this.#state,
      reason: this.#reason,
      startedAtMs,
      liveSinceMs: this.#liveSinceMs,
      stats: this.#stats,
      hlsViewers: this.#hlsViewers,
    };
  }

  measured(stats: ProgramStats, hlsViewers: number): void {
    this.#stats = stats;
    this.#hlsViewers = hlsViewers;
  }

  /** What the bridge says of a running program. Answers whether it told anything new. */
  advance({ state, reason, atMs }: Change): boolean {
    if (!this.isOn || state === 'starting') return false;
    this.#state = state;
    this.#reason = reason;
    if (state === 'live') this.#liveSinceMs ??= atMs;
    return true;
  }

  restart(reason: Reason): void {
    this.#state = 'starting';
    this.#reason = reason;
    this.#liveSinceMs = null;
    this.#stats = null;
  }

  stopping(): void {
    this.#state = 'stopping';
  }

  end(state: 'ended' | 'failed', reason: Reason): void {
    this.#state = state;
    this.#reason = reason && { code: reason.code, message: reason.message };
    this.#hlsViewers = 0;
  }
}
