import type { ParticipantId } from '@lianmai/protocol';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createTileSizeReporter } from './tileSizeReporter';

const ada = 'ada' as ParticipantId;
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function make() {
  const reported: unknown[] = [];
  let isHidden = false;
  const sizes = createTileSizeReporter(
    (...args) => reported.push(args),
    () => isHidden,
  );
  const settle = () => {
    vi.advanceTimersByTime(200);
    return reported.splice(0);
  };
  return { sizes, settle, hide: (hidden: boolean) => (isHidden = hidden) };
}

it('reports the largest place that shows a picture, once', () => {
  const { sizes, settle } = make();
  const [stage, strip] = [{}, {}];
  sizes.set(strip, ada, 'camera', { width: 160, height: 90 });
  sizes.set(stage, ada, 'camera', { width: 640, height: 360 });
  expect(settle()).toEqual([[ada, 'camera', { width: 640, height: 360 }]]);
  sizes.set(stage, ada, 'camera', { width: 640, height: 360 });
  expect(settle()).toEqual([]);
  sizes.drop(stage, ada, 'camera');
  expect(settle()).toEqual([[ada, 'camera', { width: 160, height: 90 }]]);
});

it('reports a picture as not visible when its last place goes', () => {
  const { sizes, settle } = make();
  const stage = {};
  sizes.set(stage, ada, 'screen', { width: 640, height: 360 });
  settle();
  sizes.drop(stage, ada, 'screen');
  expect(settle()).toEqual([[ada, 'screen', null]]);
});

it('reports that nothing is visible on a hidden page', () => {
  const { sizes, settle, hide } = make();
  hide(true);
  sizes.set({}, ada, 'camera', { width: 640, height: 360 });
  expect(settle()).toEqual([[ada, 'camera', null]]);
});

it('does not report a picture as gone when it moves elsewhere within a moment', () => {
  const { sizes, settle } = make();
  const [before, after] = [{}, {}];
  sizes.set(before, ada, 'camera', { width: 640, height: 360 });
  settle();
  sizes.drop(before, ada, 'camera');
  sizes.set(after, ada, 'camera', { width: 640, height: 360 });
  expect(settle()).toEqual([]);
});
