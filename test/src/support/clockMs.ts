/** A clock that pages and this process share, and that steps of the machine's time do not move. */
export const clockMs = (): number => performance.timeOrigin + performance.now();
