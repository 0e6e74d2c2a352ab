import type { Abilities } from './ways';

/** Not in the types of every browser: https://wicg.github.io/netinfo/ */
interface NetworkHint {
  saveData?: boolean;
  effectiveType?: string;
}

/** Asks the browser that the page runs in. */
export function abilitiesOfBrowser(): Abilities {
  return {
    hasWebRtc: receivesH264(),
    hasMse: 'MediaSource' in window || 'ManagedMediaSource' in window,
    isSecurePage: location.protocol === 'https:',
    isFrugal: isFrugal(),
  };
}

function receivesH264(): boolean {
  if (typeof RTCPeerConnection === 'undefined' || typeof RTCRtpReceiver === 'undefined') return false;
  const codecs = RTCRtpReceiver.getCapabilities('video')?.codecs ?? [];
  return codecs.some(({ mimeType }) => mimeType.toLowerCase() === 'video/h264');
}

function isFrugal(): boolean {
  const hint: NetworkHint | undefined = (navigator as Navigator & { connection?: NetworkHint }).connection;
  return hint?.saveData === true || /^(slow-2g|2g|3g)$/.test(hint?.effectiveType ?? '');
}
