import { describe, expect, it } from 'vitest';
import { Scope } from './Scope.js';

describe('Scope', () => {
  it('closes in reverse order, once, with the reason', async () => {
    const scope = new Scope();
    const closed: string[] = [];
    for (const name of ['first', 'second', 'third']) scope.own({ close: (reason) => void closed.push(`${name}: ${reason}`) });
    await Promise.all([scope.close('over'), scope.close('again')]);
    expect(closed).toEqual(['third: over', 'second: over', 'first: over']);
    expect(scope.signal.aborted).toBe(true);
  });

  it('closes the rest when one part fails, then reports every failure', async () => {
    const scope = new Scope();
    let isFirstClosed = false;
    scope.defer(() => void (isFirstClosed = true));
    scope.defer(() => {
      throw new Error('no');
    });
    await expect(scope.close('over')).rejects.toBeInstanceOf(AggregateError);
    expect(isFirstClosed).toBe(true);
  });

  it('closes at once anything added after closing, and forgets whatever has ended by itself', async () => {
    const scope = new Scope();
    let runs = 0;
    const forget = scope.defer(() => void runs++);
    forget();
    await scope.close('over');
    expect(runs).toBe(0);
    scope.own({ close: () => void runs++ });
    expect(runs).toBe(1);
  });

  it('owns what opened although something beside it did not, and throws why', async () => {
    const scope = new Scope();
    const closed: string[] = [];
    const part = (name: string) => Promise.resolve({ close: () => void closed.push(name) });
    const [first] = await scope.ownAll([part('first'), part('second')]);
    const failure = Promise.reject(new Error('the port is taken'));
    await expect(scope.ownAll([failure, Promise.resolve().then(() => part('third'))])).rejects.toThrow('the port is taken');
    await scope.close('over');
    expect([typeof first.close, closed]).toEqual(['function', ['third', 'second', 'first']]);
  });
});
