import type { DeviceProblem } from '../../state';

/** Why a camera, microphone or screen could not be opened, as the page words it. */
export class DeviceError extends Error {
  override readonly name = 'DeviceError';
  readonly problem: DeviceProblem;

  constructor(problem: DeviceProblem, cause?: unknown) {
    super(`device: ${problem}`, cause === undefined ? undefined : { cause });
    this.problem = problem;
  }
}

/** DOMException names of getUserMedia and getDisplayMedia; the older ones are still thrown by some WebViews. */
const PROBLEMS: Record<string, DeviceProblem> = {
  NotAllowedError: 'permissionDenied',
  PermissionDeniedError: 'permissionDenied',
  SecurityError: 'permissionDenied',
  NotReadableError: 'deviceBusy',
  TrackStartError: 'deviceBusy',
  AbortError: 'deviceBusy',
  NotFoundError: 'noDevice',
  DevicesNotFoundError: 'noDevice',
  OverconstrainedError: 'noDevice',
  NotSupportedError: 'notSupported',
};

export function deviceProblemOf(thrown: unknown): DeviceProblem {
  if (thrown instanceof DeviceError) return thrown.problem;
  const name = typeof thrown === 'object' && thrown !== null && 'name' in thrown ? String(thrown.name) : '';
  return PROBLEMS[name] ?? 'unknown';
}
