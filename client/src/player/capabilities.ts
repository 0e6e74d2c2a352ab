/** The capabilities of this browser and this network. */
export interface Capabilities {
  /** WebRTC that receives H.264. */
  hasWebRtc: boolean;
  /** Media Source Extensions. Without them FLV does not play, and HLS only natively. */
  hasMse: boolean;
  /** The page came over HTTPS, so the browser refuses plain ws: and http:. */
  isSecurePage: boolean;
  /** The viewer saves data or has a poor network, so smoothness matters more than latency. */
  isFrugal: boolean;
}

/** Not in every browser's types: https://wicg.github.io/netinfo/ */
interface NetworkHint {
  saveData?: boolean;
  effectiveType?: string;
}

/** Reads them from the browser that runs the page. */
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
