import { describe, expect, it } from 'vitest';
import type { PlayerSources } from './contract';
import { ladderOf, tiersOf, waysOf, type Abilities } from './ways';

const SOURCES: PlayerSources = { whep: 'http://o/whep', wsFlv: 'ws://o/a.flv', flv: 'http://o/a.flv', hls: 'http://o/a.m3u8' };
const DESKTOP: Abilities = { hasWebRtc: true, hasMse: true, isSecurePage: false, isFrugal: false };
const names = (ways: readonly { tier: string; transport: string }[]) => ways.map(({ tier, transport }) => `${tier} ${transport}`);
const ladder = (wish: Parameters<typeof ladderOf>[1], abilities = DESKTOP, sources = SOURCES) =>
  names(ladderOf(waysOf(sources, abilities), wish, abilities));

describe('ways to play', () => {
  it('are all that the browser can', () => {
    expect(names(waysOf(SOURCES, DESKTOP))).toEqual(['lowest whep', 'low wsFlv', 'low flv', 'balanced hls', 'stable hls']);
    expect(names(waysOf(SOURCES, { ...DESKTOP, hasMse: false, hasWebRtc: false }))).toEqual(['balanced hls', 'stable hls']);
    expect(tiersOf(waysOf({ hls: 'x' }, DESKTOP))).toEqual(['balanced', 'stable']);
  });

  it('leave out what a page over HTTPS may not load', () => {
    const sources = { whep: 'https://o/whep', wsFlv: 'ws://o/a.flv', flv: 'https://o/a.flv', hls: 'https://o/a.m3u8' };
    expect(names(waysOf(sources, { ...DESKTOP, isSecurePage: true }))).toEqual(['lowest whep', 'low flv', 'balanced hls', 'stable hls']);
  });
});

describe('the order in which they are tried', () => {
  it('begins with FLV, and with the smoothest where the network is a poor one', () => {
    expect(ladder('auto')).toEqual(['low wsFlv', 'low flv', 'balanced hls', 'stable hls', 'lowest whep']);
    expect(ladder('auto', { ...DESKTOP, isFrugal: true })[0]).toBe('stable hls');
  });

  it('begins with the wish, then goes safer, and nearer only as a last resort', () => {
    expect(ladder('lowest')).toEqual(['lowest whep', 'low wsFlv', 'low flv', 'balanced hls', 'stable hls']);
    expect(ladder('balanced')).toEqual(['balanced hls', 'stable hls', 'low wsFlv', 'low flv', 'lowest whep']);
  });

  it('is not empty where the wish cannot be had', () => {
    expect(ladder('lowest', { ...DESKTOP, hasWebRtc: false, hasMse: false })).toEqual(['balanced hls', 'stable hls']);
  });
});
