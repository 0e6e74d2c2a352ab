import type { DeviceProblem } from '../../state';

/** Why a camera, microphone or screen could not be opened, in the page's terms. */
export class DeviceError extends Error {
  override readonly name = 'DeviceError';
  readonly problem: DeviceProblem;

  constructor(problem: DeviceProblem, cause?: unknown) {
    super(`Device problem: ${problem}`, cause === undefined ? undefined : { cause });
    this.problem = problem;
  }
}

/** DOMException names from getUserMedia and getDisplayMedia. Some WebViews still throw the older ones. */
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
