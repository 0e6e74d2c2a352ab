import type { BridgeEventData, Degradation, ProgramInfo, ProgramState, ProgramStats } from '@lianmai/protocol';

type Reason = ProgramInfo['reason'];
/** A bridge's report on the state of a program. */
export type ProgramStateChange = Pick<BridgeEventData<'programStateChanged'>, 'state' | 'reason' | 'atMs'>;

/** A bridge's measurement of a running program, once a second. */
export type ProgramMeasurement = Pick<BridgeEventData<'statsMeasured'>, 'stats' | 'degraded'>;

/** A program's state and figures. The state moves only forward, except that a program that has lost its bridge goes back to `starting`. */
export class ProgramStatus {
  readonly startedAtMs: number;
  #state: ProgramState = 'starting';
  #reason: Reason = null;
  #liveSinceMs: number | null = null;
  #stats: ProgramStats | null = null;
  #degraded: Degradation | null = null;

  /** `earlier`: of the same program in an earlier server process. */
  constructor(earlier: { startedAtMs: number; liveSinceMs: number | null } = { startedAtMs: Date.now(), liveSinceMs: null }) {
    this.startedAtMs = earlier.startedAtMs;
    this.#liveSinceMs = earlier.liveSinceMs;
  }

  get state(): ProgramState {
    return this.#state;
  }

  get isOver(): boolean {
    return this.#state === 'ended' || this.#state === 'failed';
  }

  /** Starting or live: not stopping, ended or failed. */
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
      degraded: this.#state === 'live' ? this.#degraded : null,
    };
  }

  measured({ stats, degraded }: ProgramMeasurement): void {
    this.#stats = stats;
    this.#degraded = degraded;
  }

  /** Takes over what the bridge reports while the program is on. Returns whether anything was taken over. */
  advance({ state, reason, atMs }: ProgramStateChange): boolean {
    if (!this.isOn || state === 'starting') return false;
    this.#state = state;
    this.#reason = reason;
    if (state === 'live') this.#liveSinceMs ??= atMs;
    return true;
  }

  /** It has been live since its first picture all the same. */
  restart(reason: Reason): void {
    this.#state = 'starting';
    this.#reason = reason;
    this.#stats = null;
    this.#degraded = null;
  }

  stopping(): void {
    this.#state = 'stopping';
  }

  end(state: 'ended' | 'failed', reason: Reason): void {
    this.#state = state;
    this.#reason = reason && { code: reason.code, message: reason.message };
  }
}
