import type { Page } from 'playwright-core';

/** The outcome of a WHIP or WHEP request, made with nothing but the browser's own API. */
export interface Opened {
  status: number;
  location: string | null;
  etag: string | null;
  /** The SDP answer, or the error. */
  text: string;
}

export interface WhipOptions {
  /** Send frames that show the time instead of the camera. */
  clock?: boolean;
  token?: string;
  /** For simulcast: the scale-down factor of each layer, in the order of the offer. */
  scales?: readonly number[];
}

/** Publishes the fake camera and microphone. */
export const whip = (page: Page, url: string, { clock = false, token, scales = [] }: WhipOptions = {}): Promise<Opened> =>
  page.evaluate(
    async ({ url, clock, token, scales }) => {
      const media = await navigator.mediaDevices.getUserMedia({ audio: true, video: clock ? false : { width: 640, height: 360 } });
      if (clock) {
        const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 360 });
        document.body.append(canvas);
        const context = canvas.getContext('2d');
        const draw = () => {
          const now = Date.now() % 65_536;
          for (let bit = 0; bit < 16; bit++) {
            if (context) context.fillStyle = (now >> bit) & 1 ? 'white' : 'black';
            context?.fillRect((bit % 8) * 80, Math.floor(bit / 8) * 180, 80, 180);
          }
        };
        setInterval(draw, 33);
        draw();
        for (const track of canvas.captureStream(30).getVideoTracks()) media.addTrack(track);
      }
      const pc = new RTCPeerConnection();
      Object.assign(window, { pc });
      const layers = scales.map((scaleResolutionDownBy, index) => ({ rid: `layer${index}`, scaleResolutionDownBy }));
      for (const track of media.getTracks()) {
        const sendEncodings = track.kind === 'video' && layers.length > 0 ? { sendEncodings: layers } : {};
        pc.addTransceiver(track, { direction: 'sendonly', streams: [media], ...sendEncodings });
      }
      await pc.setLocalDescription();
      const headers = { 'content-type': 'application/sdp', ...(token !== undefined && { authorization: `Bearer ${token}` }) };
      const response = await fetch(url, { method: 'POST', headers, body: pc.localDescription?.sdp ?? '' });
      const text = await response.text();
      if (response.status === 201) await pc.setRemoteDescription({ type: 'answer', sdp: text });
      return { status: response.status, location: response.headers.get('location'), etag: response.headers.get('etag'), text };
    },
    { url, clock, scales: [...scales], ...(token !== undefined && { token }) },
  );

export interface Watched extends Opened {
  /** From the start of the offer to the first frame, ms; null if none came within a minute. */
  firstPictureMs: number | null;
}

/** Starts to play; the page's `<video>` keeps playing afterwards. */
export const whep = (page: Page, url: string): Promise<Watched> =>
  page.evaluate(async (url) => {
    const startedAt = performance.now();
    const pc = new RTCPeerConnection();
    Object.assign(window, { pc });
    for (const kind of ['video', 'audio']) pc.addTransceiver(kind, { direction: 'recvonly' });
    // A video left by a rejected attempt would be taken for this one.
    for (const former of document.querySelectorAll('video')) former.remove();
    const video = Object.assign(document.createElement('video'), { autoplay: true });
    document.body.append(video);
    const media = new MediaStream();
    pc.ontrack = ({ track }) => {
      media.addTrack(track);
      video.srcObject = media;
    };
    await pc.setLocalDescription();
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/sdp' },
      body: pc.localDescription?.sdp ?? '',
    });
    const text = await response.text();
    const opened = { status: response.status, location: response.headers.get('location'), etag: response.headers.get('etag'), text };
    if (response.status !== 201) return { ...opened, firstPictureMs: null };
    await pc.setRemoteDescription({ type: 'answer', sdp: text });
    const firstPictureMs = await new Promise<number | null>((resolve) => {
      video.requestVideoFrameCallback(() => resolve(performance.now() - startedAt));
      setTimeout(() => resolve(null), 60_000);
    });
    return { ...opened, firstPictureMs };
  }, url);

/** The delays from camera to screen of frames that show the time, ms, sorted. */
export const latencies = (page: Page, seconds: number): Promise<number[]> =>
  page.evaluate(async (seconds) => {
    const video = document.querySelector('video');
    const context = Object.assign(document.createElement('canvas'), { width: 320, height: 180 }).getContext('2d', {
      willReadFrequently: true,
    });
    const found: number[] = [];
    const until = performance.now() + seconds * 1000;
    while (video && context && performance.now() < until) {
      // Frames that stop coming show as missing; nothing waits for them.
      const isNew = await new Promise<boolean>((resolve) => {
        video.requestVideoFrameCallback(() => resolve(true));
        setTimeout(() => resolve(false), 1000);
      });
      if (!isNew) continue;
      context.drawImage(video, 0, 0, 320, 180);
      const now = Date.now() % 65_536;
      let sent = 0;
      for (let bit = 0; bit < 16; bit++)
        if ((context.getImageData((bit % 8) * 40 + 20, Math.floor(bit / 8) * 90 + 45, 1, 1).data[0] ?? 0) > 127) sent |= 1 << bit;
      found.push((now - sent + 65_536) % 65_536);
    }
    return found.sort((a, b) => a - b);
  }, seconds);

/** Totals of the media that the page's connection has received. */
export const received = (page: Page): Promise<{ framesDecoded: number; audioPackets: number; audioEnergy: number }> =>
  page.evaluate(async () => {
    const totals = { framesDecoded: 0, audioPackets: 0, audioEnergy: 0 };
    const { pc } = window as unknown as { pc: RTCPeerConnection };
    (await pc.getStats()).forEach((stat: Record<string, unknown>) => {
      if (stat['type'] !== 'inbound-rtp') return;
      totals.framesDecoded += Number(stat['framesDecoded'] ?? 0);
      if (stat['kind'] !== 'audio') return;
      totals.audioPackets += Number(stat['packetsReceived'] ?? 0);
      totals.audioEnergy += Number(stat['totalAudioEnergy'] ?? 0);
    });
    return totals;
  });
