import type { Page } from 'playwright-core';
import type { Arrival, MediaLog } from '../../support/index.js';

/** Has a page note when packets of sound and decoded pictures from other people arrive. Run it before the page's own scripts. */
export const noteMedia = (page: Page): Promise<unknown> =>
  page.addInitScript(`
    globalThis.arrivals = [];
    const peers = [];
    const counts = new Map();
    const Native = globalThis.RTCPeerConnection;
    globalThis.RTCPeerConnection = class extends Native {
      constructor(...args) { super(...args); peers.push(this); }
    };
    const look = async () => {
      for (const [index, peer] of peers.entries()) {
        if (peer.connectionState === 'closed' || peer.connectionState === 'new') continue;
        for (const stat of (await peer.getStats()).values()) {
          if (stat.type !== 'inbound-rtp') continue;
          const key = index + ' ' + stat.ssrc;
          const count = (stat.kind === 'audio' ? stat.packetsReceived : stat.framesDecoded) ?? 0;
          if (count > (counts.get(key) ?? 0)) globalThis.arrivals.push({ kind: stat.kind, atMs: performance.timeOrigin + performance.now() });
          counts.set(key, count);
        }
      }
    };
    let isLooking = false;
    setInterval(() => {
      if (isLooking) return;
      isLooking = true;
      look().catch(() => undefined).finally(() => (isLooking = false));
    }, 50);
  `);

/** Moves what a page has noted since the last call into `log`. */
export async function collectMedia(page: Page, log: MediaLog): Promise<void> {
  const arrivals = await page.evaluate(() => {
    const { arrivals } = globalThis as unknown as { arrivals: Pick<Arrival, 'kind' | 'atMs'>[] };
    return arrivals.splice(0);
  });
  for (const arrival of arrivals) log.add(arrival);
}
