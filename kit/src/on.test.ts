import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { on } from './on.js';

interface LampEvents {
  switched: [isOn: boolean];
  broken: [reason: string];
}
class Lamp extends EventEmitter<LampEvents> {}

describe('on', () => {
  it('subscribes until its return value is called', () => {
    const lamp = new Lamp();
    const heard: unknown[] = [];
    const unsubscribe = on<LampEvents>(lamp, { switched: (isOn) => heard.push(isOn), broken: (reason) => heard.push(reason) });
    lamp.emit('switched', true);
    lamp.emit('broken', 'old age');
    unsubscribe();
    lamp.emit('switched', false);
    expect(heard).toEqual([true, 'old age']);
    expect(lamp.eventNames()).toEqual([]);
  });
});
