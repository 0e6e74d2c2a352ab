import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CONNECT_TIMEOUT_MS, DISCONNECTED_GRACE_MS, IceMonitor, MAX_RESTARTS } from './IceMonitor';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function create(isOnline = true) {
  const line = { isOnline };
  const handlers = { isOnline: () => line.isOnline, restart: vi.fn(), onBlocked: vi.fn(), onDead: vi.fn() };
  return { line, handlers, monitor: new IceMonitor(handlers) };
}

describe('monitoring a transport', () => {
  it('a brief disconnection restarts nothing', () => {
    const { handlers, monitor } = create();
    monitor.stateChanged('connected');
    monitor.stateChanged('disconnected');
    vi.advanceTimersByTime(DISCONNECTED_GRACE_MS - 1);
    monitor.stateChanged('connected');
    vi.advanceTimersByTime(60_000);
    expect(handlers.restart).not.toHaveBeenCalled();
  });

  it('a lasting disconnection restarts ICE', () => {
    const { handlers, monitor } = create();
    monitor.stateChanged('connected');
    monitor.stateChanged('disconnected');
    vi.advanceTimersByTime(DISCONNECTED_GRACE_MS);
    expect(handlers.restart).toHaveBeenCalledTimes(1);
  });

  it('silence restarts ICE at once, but not while a restart is under way or signalling is down', () => {
    const { handlers, monitor, line } = create();
    monitor.stateChanged('connected');
    line.isOnline = false;
    monitor.silent();
    expect(handlers.restart).not.toHaveBeenCalled();
    line.isOnline = true;
    monitor.silent();
    monitor.silent();
    expect(handlers.restart).toHaveBeenCalledTimes(1);
    monitor.stateChanged('connected');
    monitor.silent();
    expect(handlers.restart).toHaveBeenCalledTimes(2);
  });

  it('a failure restarts ICE at once', () => {
    const { handlers, monitor } = create();
    monitor.stateChanged('failed');
    expect(handlers.restart).toHaveBeenCalledTimes(1);
  });

  it('a transport that does not connect in time is blocked, and unblocked once it connects', () => {
    const { handlers, monitor } = create();
    monitor.stateChanged('connecting');
    vi.advanceTimersByTime(CONNECT_TIMEOUT_MS);
    expect(handlers.onBlocked).toHaveBeenLastCalledWith(true);
    monitor.stateChanged('connected');
    expect(handlers.onBlocked).toHaveBeenLastCalledWith(false);
  });

  it('restarts that do not help end the transport', () => {
    const { handlers, monitor } = create();
    monitor.stateChanged('failed');
    vi.advanceTimersByTime(CONNECT_TIMEOUT_MS * (MAX_RESTARTS + 1));
    expect(handlers.restart).toHaveBeenCalledTimes(MAX_RESTARTS);
    expect(handlers.onDead).toHaveBeenCalledTimes(1);
  });

  it('waits while signalling is down: nothing is restarted, blocked or given up', () => {
    const { handlers, monitor, line } = create(false);
    monitor.stateChanged('failed');
    vi.advanceTimersByTime(120_000);
    expect(handlers.restart).not.toHaveBeenCalled();
    expect(handlers.onBlocked).not.toHaveBeenCalled();
    expect(handlers.onDead).not.toHaveBeenCalled();
    line.isOnline = true;
    monitor.restarted();
    vi.advanceTimersByTime(CONNECT_TIMEOUT_MS);
    expect(handlers.restart).toHaveBeenCalledTimes(1);
  });

  it('does nothing once closed', () => {
    const { handlers, monitor } = create();
    monitor.stateChanged('connecting');
    monitor.close();
    vi.advanceTimersByTime(60_000);
    expect(handlers.onBlocked).not.toHaveBeenCalled();
  });
});
