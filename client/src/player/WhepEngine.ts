import { endForHttpStatus, type PlaybackEngine, type EngineEnd, type Measurements } from './PlaybackEngine';
import { receiverSampleOf, whepLatencySeconds, type ReceiverSample } from './latencyEstimate';

const REQUEST_TIMEOUT_MS = 5000;
/** Host candidates are there at once; waiting longer for others would only delay the picture. */
const GATHER_TIMEOUT_MS = 300;
/** ICE heals short gaps of the network by itself. */
const DISCONNECTED_FOR_MS = 3000;
const STATS_EVERY_MS = 1000;
/** What the browser may hold back to even out the arrival of packets, ms: as little as it dares. */
const JITTER_TARGET_MS = 40;

/** WebRTC by WHEP: one POST brings the whole answer, one DELETE says goodbye. */
export class WhepEngine implements PlaybackEngine {
  readonly #url: string;
  readonly #abort = new AbortController();
  #peer: RTCPeerConnection | null = null;
  #session: string | null = null;
  #video: HTMLVideoElement | null = null;
  #sample: ReceiverSample | null = null;
  #latencySeconds: number | null = null;
  #askedMs = 0;
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
    for (const kind of ['video', 'audio'] as const) askForLittleBuffer(peer.addTransceiver(kind, { direction: 'recvonly' }).receiver);
    peer.ontrack = ({ track }) => media.addTrack(track);
    peer.onconnectionstatechange = () => this.#follow(peer.connectionState, onEnd);
    this.#connect(peer).then(
      (why) => why && !this.#abort.signal.aborted && onEnd(why),
      () => !this.#abort.signal.aborted && onEnd('broken'),
    );
  }

  sample(): Measurements {
    const nowMs = performance.now();
    if (this.#peer && nowMs - this.#askedMs >= STATS_EVERY_MS) {
      this.#askedMs = nowMs;
      void this.#measure(this.#peer);
    }
    return { latencySeconds: this.#latencySeconds, bufferSeconds: null, livePosition: null };
  }

  stop(): void {
    this.#abort.abort();
    clearTimeout(this.#disconnected);
    // Before the connection: a server that sees that one end has forgotten the session already.
    if (this.#session !== null) goodbye(this.#session);
    this.#peer?.close();
    this.#peer = null;
    if (this.#video) this.#video.srcObject = null;
    this.#video = null;
  }

  /** Answers why not; null: connected, or about to be. */
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
    this.#session = location && new URL(location, response.url).href;
    const sdp = await response.text();
    // Stopped in between: nobody else would end the session.
    if (this.#abort.signal.aborted && this.#session !== null) goodbye(this.#session);
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

/** `jitterBufferTarget` (ms) is the standard, `playoutDelayHint` (s) what Chrome had before. */
function askForLittleBuffer(receiver: RTCRtpReceiver): void {
  Object.assign(receiver, { jitterBufferTarget: JITTER_TARGET_MS, playoutDelayHint: JITTER_TARGET_MS / 1000 });
}

/** The server's answer has its candidates, ours are only needed where it cannot learn them: a few hundred milliseconds are enough. */
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

/** `keepalive`: also while the page is being closed. */
function goodbye(session: string): void {
  void fetch(session, { method: 'DELETE', keepalive: true }).catch(() => undefined);
}
