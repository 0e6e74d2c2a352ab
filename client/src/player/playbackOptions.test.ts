import { describe, expect, it } from 'vitest';
import type { Capabilities } from './capabilities';
import type { PlayerSources } from './Player';
import { ladderOf, tiersOf, playbackOptionsOf } from './playbackOptions';

const SOURCES: PlayerSources = { whep: 'http://o/whep', wsFlv: 'ws://o/a.flv', flv: 'http://o/a.flv', hls: 'http://o/a.m3u8' };
const DESKTOP: Capabilities = { hasWebRtc: true, hasMse: true, isSecurePage: false, isFrugal: false };
const names = (options: readonly { tier: string; transport: string }[]) => options.map(({ tier, transport }) => `${tier} ${transport}`);
const ladder = (preference: Parameters<typeof ladderOf>[1], abilities = DESKTOP, sources = SOURCES) =>
  names(ladderOf(playbackOptionsOf(sources, abilities), preference, abilities));

describe('playback options', () => {
  it('are everything that the browser can play', () => {
    expect(names(playbackOptionsOf(SOURCES, DESKTOP))).toEqual(['lowest whep', 'low wsFlv', 'low flv', 'balanced hls', 'stable hls']);
    expect(names(playbackOptionsOf(SOURCES, { ...DESKTOP, hasMse: false, hasWebRtc: false }))).toEqual(['balanced hls', 'stable hls']);
    expect(tiersOf(playbackOptionsOf({ hls: 'x' }, DESKTOP))).toEqual(['balanced', 'stable']);
  });

  it('leave out what a page over HTTPS may not load', () => {
    const sources = { whep: 'https://o/whep', wsFlv: 'ws://o/a.flv', flv: 'https://o/a.flv', hls: 'https://o/a.m3u8' };
    expect(names(playbackOptionsOf(sources, { ...DESKTOP, isSecurePage: true }))).toEqual([
      'lowest whep',
      'low flv',
      'balanced hls',
      'stable hls',
    ]);
  });
});

describe('the order of the ladder', () => {
  it('starts with FLV, or with the smoothest option on a poor network', () => {
    expect(ladder('auto')).toEqual(['low wsFlv', 'low flv', 'balanced hls', 'stable hls', 'lowest whep']);
    expect(ladder('auto', { ...DESKTOP, isFrugal: true })[0]).toBe('stable hls');
  });

  it('starts with the preferred tier, then gets safer, and goes lower only as a last resort', () => {
    expect(ladder('lowest')).toEqual(['lowest whep', 'low wsFlv', 'low flv', 'balanced hls', 'stable hls']);
    expect(ladder('balanced')).toEqual(['balanced hls', 'stable hls', 'low wsFlv', 'low flv', 'lowest whep']);
  });

  it('is not empty where the preferred tier is unavailable', () => {
    expect(ladder('lowest', { ...DESKTOP, hasWebRtc: false, hasMse: false })).toEqual(['balanced hls', 'stable hls']);
  });
});
