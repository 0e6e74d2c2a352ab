import type { Page } from 'playwright-core';
import { round } from '../report.js';

/** Counters of everything that a page receives, from the browser's own statistics. */
export interface Received {
  atMs: number;
  framesDecoded: number;
  freezes: number;
  samples: number;
  concealed: number;
  jitterBufferS: number;
  jitterBufferSamples: number;
  roundTripS: number;
}

/** Opus packets carry this much sound. */
const PACKET_MS = 20;

/** Lets `received` find the page's connections. Run it before the page's own scripts. */
export const keepPeers = (page: Page): Promise<unknown> =>
  page.addInitScript(`
    globalThis.__name ??= (named) => named;
    globalThis.benchPeers = [];
    const Native = globalThis.RTCPeerConnection;
    globalThis.RTCPeerConnection = class extends Native {
      constructor(...args) { super(...args); globalThis.benchPeers.push(this); }
    };
  `);

export const received = (page: Page): Promise<Received> =>
  page.evaluate(async () => {
    const total = {
      atMs: performance.now(),
      framesDecoded: 0,
      freezes: 0,
      samples: 0,
      concealed: 0,
      jitterBufferS: 0,
      jitterBufferSamples: 0,
      roundTripS: 0,
    };
    const { benchPeers } = globalThis as unknown as { benchPeers: RTCPeerConnection[] };
    const peers = benchPeers.filter(({ connectionState }) => connectionState !== 'closed' && connectionState !== 'new');
    for (const report of await Promise.all(peers.map((peer) => peer.getStats()))) {
      report.forEach((stat: Record<string, unknown>) => {
        const number = (name: string) => Number(stat[name] ?? 0);
        if (stat['type'] === 'candidate-pair' && stat['nominated'])
          total.roundTripS = Math.max(total.roundTripS, number('currentRoundTripTime'));
        if (stat['type'] !== 'inbound-rtp') return;
        total.framesDecoded += number('framesDecoded');
        total.freezes += number('freezeCount');
        if (stat['kind'] !== 'audio') return;
        total.samples += number('totalSamplesReceived');
        total.concealed += number('concealedSamples');
        total.jitterBufferS += number('jitterBufferDelay');
        total.jitterBufferSamples += number('jitterBufferEmittedCount');
      });
    }
    return total;
  });

/** The picture and sound that a page plays between two samples. */
export interface Quality {
  videoFps: number;
  freezes: number;
  /** Share of the sound that the browser made up, percent. */
  concealed: number;
  /** One packet, half a round trip, and the time in the jitter buffer. Devices add a constant. */
  mouthToEarMs: number;
}

export function qualityBetween(before: Received, after: Received): Quality {
  const since = (name: keyof Received) => after[name] - before[name];
  const bufferedMs = (since('jitterBufferS') / Math.max(1, since('jitterBufferSamples'))) * 1000;
  return {
    videoFps: round((since('framesDecoded') * 1000) / since('atMs'), 1),
    freezes: since('freezes'),
    concealed: round((since('concealed') / Math.max(1, since('samples'))) * 100, 2),
    mouthToEarMs: Math.round(PACKET_MS + (after.roundTripS * 1000) / 2 + bufferedMs),
  };
}

/** The worst of several pages. */
export const worstOf = (all: readonly Quality[]): Quality => ({
  videoFps: Math.min(...all.map(({ videoFps }) => videoFps)),
  freezes: Math.max(...all.map(({ freezes }) => freezes)),
  concealed: Math.max(...all.map(({ concealed }) => concealed)),
  mouthToEarMs: Math.max(...all.map(({ mouthToEarMs }) => mouthToEarMs)),
});
