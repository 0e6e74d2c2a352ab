/** What this browser and this network can do. */
export interface Capabilities {
  /** WebRTC that receives H.264. */
  hasWebRtc: boolean;
  /** Media Source Extensions: without them FLV cannot be played, and HLS only as the browser does it by itself. */
  hasMse: boolean;
  /** The page came over HTTPS: plain ws: is refused by the browser. */
  isSecurePage: boolean;
  /** The person saves data, or the network is a poor one: smooth counts more than near. */
  isFrugal: boolean;
}

/** Not in the types of every browser: https://wicg.github.io/netinfo/ */
interface NetworkHint {
  saveData?: boolean;
  effectiveType?: string;
}

/** Asks the browser that the page runs in. */
export function browserCapabilities(): Capabilities {
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
