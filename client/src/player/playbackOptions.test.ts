import { describe, expect, it } from 'vitest';
import type { Capabilities } from './capabilities';
import type { PlayerSources } from './Player';
import { playbackOptionsOf, tiersOf } from './playbackOptions';

const SOURCES: PlayerSources = { whep: 'http://o/whep', wsFlv: 'ws://o/a.flv', flv: 'http://o/a.flv', hls: 'http://o/a.m3u8' };
const DESKTOP: Capabilities = { hasWebRtc: true, hasMse: true, isSecurePage: false, isFrugal: false };
const names = (options: readonly { tier: string; transport: string }[]) => options.map(({ tier, transport }) => `${tier} ${transport}`);

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
