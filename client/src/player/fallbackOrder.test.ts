import { describe, expect, it } from 'vitest';
import type { Capabilities } from './capabilities';
import { fallbackOrderOf } from './fallbackOrder';
import { playbackOptionsOf } from './playbackOptions';

const SOURCES = { whep: 'http://o/whep', wsFlv: 'ws://o/a.flv', flv: 'http://o/a.flv', hls: 'http://o/a.m3u8' };
const DESKTOP: Capabilities = { hasWebRtc: true, hasMse: true, isSecurePage: false, isFrugal: false };
const order = (preference: Parameters<typeof fallbackOrderOf>[1], capabilities = DESKTOP) =>
  fallbackOrderOf(playbackOptionsOf(SOURCES, capabilities), preference, capabilities).map(({ tier, transport }) => `${tier} ${transport}`);

describe('the fallback order', () => {
  it('starts with FLV, or with the smoothest option on a poor network', () => {
    expect(order('auto')).toEqual(['low wsFlv', 'low flv', 'balanced hls', 'stable hls', 'lowest whep']);
    expect(order('auto', { ...DESKTOP, isFrugal: true })[0]).toBe('stable hls');
  });

  it('starts with the preferred tier, then gets safer, and goes lower only as a last resort', () => {
    expect(order('lowest')).toEqual(['lowest whep', 'low wsFlv', 'low flv', 'balanced hls', 'stable hls']);
    expect(order('balanced')).toEqual(['balanced hls', 'stable hls', 'low wsFlv', 'low flv', 'lowest whep']);
  });

  it('is not empty where the preferred tier is unavailable', () => {
    expect(order('lowest', { ...DESKTOP, hasWebRtc: false, hasMse: false })).toEqual(['balanced hls', 'stable hls']);
  });
});
