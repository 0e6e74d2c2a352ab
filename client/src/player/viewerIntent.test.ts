import { describe, expect, it } from 'vitest';
import { initialIntent, nextIntent, type ViewerEvent, type ViewerIntent } from './viewerIntent';

const after = (...events: ViewerEvent[]): ViewerIntent => events.reduce(nextIntent, initialIntent('auto'));
const rewind = (behindSeconds: number, isInWindow = false): ViewerEvent => ({ type: 'rewindRequested', behindSeconds, isInWindow });
const choose = (isPlaying: boolean): ViewerEvent => ({ type: 'preferenceChosen', preference: 'stable', isPlaying });

describe('what the viewer wants', () => {
  it('starts live, with nothing to hurry for', () => {
    expect(after()).toEqual({ preference: 'auto', behindSeconds: null, isSwitchUrgent: false, isParked: false });
  });

  it('a new preference makes the switch urgent only while something plays', () => {
    expect(after(choose(true))).toMatchObject({ preference: 'stable', isSwitchUrgent: true });
    expect(after(choose(false))).toMatchObject({ preference: 'stable', isSwitchUrgent: false });
  });

  it('a rewind needs no switch when the present picture reaches back that far', () => {
    expect(after(rewind(15))).toMatchObject({ behindSeconds: 15, isSwitchUrgent: true });
    expect(after(rewind(15), { type: 'switchConsidered' }, rewind(30, true))).toMatchObject({ behindSeconds: 30, isSwitchUrgent: false });
  });

  it('going live is urgent only after a rewind', () => {
    expect(after({ type: 'liveRequested' })).toMatchObject({ behindSeconds: null, isSwitchUrgent: false });
    const rewound = after(rewind(15), { type: 'switchConsidered' });
    expect(nextIntent(rewound, { type: 'liveRequested' })).toMatchObject({ behindSeconds: null, isSwitchUrgent: true });
  });

  it('stays live when there is nothing to rewind to', () => {
    expect(after(rewind(15), { type: 'switchConsidered' }, { type: 'rewindFailed' })).toEqual(after());
  });

  it('an urgent switch is considered once', () => {
    expect(after({ type: 'stalledTooOften' }).isSwitchUrgent).toBe(true);
    expect(after({ type: 'stalledTooOften' }, { type: 'switchConsidered' }).isSwitchUrgent).toBe(false);
  });

  it('a parked player resumes when the viewer asks for live or for an earlier moment, or when it starts over', () => {
    const parked = after({ type: 'pauseTimedOut' });
    expect(parked.isParked).toBe(true);
    for (const event of [{ type: 'liveRequested' }, { type: 'restarted' }, { type: 'broadcastLoaded' }, rewind(15)] as const)
      expect(nextIntent(parked, event).isParked, event.type).toBe(false);
    expect(nextIntent(parked, { type: 'stalledTooOften' }).isParked).toBe(true);
  });

  it('another broadcast keeps the preference and forgets the rest', () => {
    expect(after(choose(true), rewind(15), { type: 'pauseTimedOut' }, { type: 'broadcastLoaded' })).toEqual(initialIntent('stable'));
  });
});
