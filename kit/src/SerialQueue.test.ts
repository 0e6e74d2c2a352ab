import { describe, expect, it } from 'vitest';
import { SerialQueue } from './SerialQueue.js';

describe('SerialQueue', () => {
  it('starts a task only after the previous one has ended, even if that one failed', async () => {
    const queue = new SerialQueue();
    const steps: string[] = [];
    let fail: (error: Error) => void = () => undefined;
    const first = queue.run(async () => {
      steps.push('first starts');
      return new Promise<never>((_resolve, reject) => (fail = reject));
    });
    const second = queue.run(() => steps.push('second'));
    await Promise.resolve();
    expect(steps).toEqual(['first starts']);
    fail(new Error('failed'));
    await expect(first).rejects.toThrow('failed');
    await second;
    expect(steps).toEqual(['first starts', 'second']);
  });
});
