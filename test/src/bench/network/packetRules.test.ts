import { describe, expect, it } from 'vitest';
import { packetRules } from './packetRules.js';

const drops = (rules: string) => rules.split('\n').filter((line) => line.includes('drop'));

describe('packet rules', () => {
  it('drop a share of the packets both ways, singly or in bursts', () => {
    expect(drops(packetRules(4000, { kind: 'loss', percent: 5, burst: 1 }))).toEqual([
      '    udp dport 4000 numgen random mod 1000 < 50 counter drop',
      '    udp sport 4000 numgen random mod 1000 < 50 counter drop',
    ]);
    expect(drops(packetRules(4000, { kind: 'loss', percent: 5, burst: 3 }))[0]).toContain('numgen inc mod 60 < 3');
  });

  it('police each connection by itself, in one direction', () => {
    expect(drops(packetRules(4000, { kind: 'police', direction: 'up', kbps: 320 }))).toEqual([
      '    udp dport 4000 meter policer { udp sport limit rate over 40000 bytes/second burst 10000 bytes } counter drop',
    ]);
    expect(drops(packetRules(4000, { kind: 'police', direction: 'down', kbps: 320 }))[0]).toContain(
      'udp sport 4000 meter policer { udp dport',
    );
  });

  it('cut UDP both ways, and replace earlier rules in any case', () => {
    expect(drops(packetRules(4000, { kind: 'cut' }))).toHaveLength(2);
    expect(drops(packetRules(4000, { kind: 'none' }))).toEqual([]);
    expect(packetRules(4000, { kind: 'none' })).toContain('delete table inet bench');
  });
});
