import { endForHttpStatus, type PlaybackEngine, type EngineEnd, type Measurements } from './PlaybackEngine';
import { receiverSampleOf, whepLatencySeconds, type ReceiverSample } from './latencyEstimate';

const REQUEST_TIMEOUT_MS = 5000;
/** Host candidates arrive at once. Waiting longer for others would only delay the picture. */
const GATHER_TIMEOUT_MS = 300;
/** ICE recovers from short network gaps by itself. */
const DISCONNECTED_FOR_MS = 3000;
const STATS_EVERY_MS = 1000;
/** How long the browser may hold packets back to smooth their arrival, ms: as short as it dares. */
const JITTER_TARGET_MS = 40;

/** WebRTC over WHEP: one POST returns the whole answer, one DELETE ends the session. */
export class WhepEngine implements PlaybackEngine {
  readonly #url: string;
  readonly #abort = new AbortController();
  #peer: RTCPeerConnection | null = null;
  #sessionUrl: string | null = null;
  #video: HTMLVideoElement | null = null;
  #sample: ReceiverSample | null = null;
  #latencySeconds: number | null = null;
  #sampledAtMs = 0;
  #disconnected: ReturnType<typeof setTimeout> | undefined;

  constructor(url: string) {
    this.#url = url;
  }

  start(video: HTMLVideoElement, onEnd: (why: EngineEnd) => void): void {
    const peer = new RTCPeerConnection();
    const media = new MediaStream();
    this.#peer = peer;
    this.#video = video;
    video.srcObject = media;
    for (const kind of ['video', 'audio'] as const) minimiseJitterBuffer(peer.addTransceiver(kind, { direction: 'recvonly' }).receiver);
    peer.ontrack = ({ track }) => media.addTrack(track);
    peer.onconnectionstatechange = () => this.#follow(peer.connectionState, onEnd);
    this.#connect(peer).then(
      (why) => why && !this.#abort.signal.aborted && onEnd(why),
      () => !this.#abort.signal.aborted && onEnd('broken'),
    );
  }

  sample(): Measurements {
    const nowMs = performance.now();
    if (this.#peer && nowMs - this.#sampledAtMs >= STATS_EVERY_MS) {
      this.#sampledAtMs = nowMs;
      void this.#measure(this.#peer);
    }
    return { latencySeconds: this.#latencySeconds, bufferSeconds: null, livePosition: null };
  }

  stop(): void {
    this.#abort.abort();
    clearTimeout(this.#disconnected);
    // Before the connection closes: a server that notices the close has already forgotten the session.
    if (this.#sessionUrl !== null) endWhepSession(this.#sessionUrl);
    this.#peer?.close();
    this.#peer = null;
    if (this.#video) this.#video.srcObject = null;
    this.#video = null;
  }

  /** Returns the reason for a failure. null: connected, or about to be. */
  async #connect(peer: RTCPeerConnection): Promise<EngineEnd | null> {
    await peer.setLocalDescription();
    await gathered(peer);
    const response = await fetch(this.#url, {
      method: 'POST',
      headers: { 'content-type': 'application/sdp' },
      body: peer.localDescription?.sdp ?? '',
      signal: AbortSignal.any([this.#abort.signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
    });
    if (!response.ok) return endForHttpStatus(response.status);
    const location = response.headers.get('location');
    this.#sessionUrl = location && new URL(location, response.url).href;
    const sdp = await response.text();
    // Stopped in the meantime. Nobody else would end the session.
    if (this.#abort.signal.aborted && this.#sessionUrl !== null) endWhepSession(this.#sessionUrl);
    else await peer.setRemoteDescription({ type: 'answer', sdp });
    return null;
  }

  #follow(state: RTCPeerConnectionState, onEnd: (why: EngineEnd) => void): void {
    clearTimeout(this.#disconnected);
    if (state === 'failed' || state === 'closed') onEnd('broken');
    if (state === 'disconnected') this.#disconnected = setTimeout(() => onEnd('broken'), DISCONNECTED_FOR_MS);
  }

  async #measure(peer: RTCPeerConnection): Promise<void> {
    const report = await peer.getStats().catch(() => null);
    const now = report && receiverSampleOf(report.entries());
    if (!now) return;
    if (this.#sample) this.#latencySeconds = whepLatencySeconds(this.#sample, now) ?? this.#latencySeconds;
    this.#sample = now;
  }
}

/** `jitterBufferTarget` (ms) is standard; `playoutDelayHint` (s) is what older Chrome had. */
function minimiseJitterBuffer(receiver: RTCRtpReceiver): void {
  Object.assign(receiver, { jitterBufferTarget: JITTER_TARGET_MS, playoutDelayHint: JITTER_TARGET_MS / 1000 });
}

/**
 * The answer contains the server's candidates. Ours matter only where the server cannot learn them, so a few hundred milliseconds suffice.
 */
function gathered(peer: RTCPeerConnection): Promise<void> {
  if (peer.iceGatheringState === 'complete') return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, GATHER_TIMEOUT_MS);
    peer.addEventListener('icegatheringstatechange', () => {
      if (peer.iceGatheringState !== 'complete') return;
      clearTimeout(timer);
      resolve();
    });
  });
}

/** `keepalive` lets the request outlive the page. */
function endWhepSession(sessionUrl: string): void {
  void fetch(sessionUrl, { method: 'DELETE', keepalive: true }).catch(() => undefined);
}
