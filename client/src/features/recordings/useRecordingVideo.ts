import type { RecordFormat } from '@lianmai/protocol';
import { useEffect, useState } from 'react';

interface RecordingVideo {
  attach: (video: HTMLVideoElement | null) => void;
  video: HTMLVideoElement | null;
  /** The file is gone, or the browser has no decoder for it. */
  isUnplayable: boolean;
}

/** Plays a file natively, and HLS with hls.js where the browser lacks it. The library is loaded on first use. */
export function useRecordingVideo(url: string, format: RecordFormat): RecordingVideo {
  const [video, attach] = useState<HTMLVideoElement | null>(null);
  const [isUnplayable, setUnplayable] = useState(false);
  useEffect(() => {
    if (!video) return undefined;
    const closed = new AbortController();
    const fail = () => !closed.signal.aborted && setUnplayable(true);
    video.addEventListener('error', fail, { signal: closed.signal });
    const isNative = format !== 'hls' || video.canPlayType('application/vnd.apple.mpegurl') !== '';
    if (isNative) video.src = url;
    else playHls(video, url, { fail, signal: closed.signal }).catch(fail);
    void video.play().catch(() => undefined);
    return () => {
      closed.abort();
      video.removeAttribute('src');
      video.load();
    };
  }, [video, url, format]);
  return { attach, video, isUnplayable };
}

async function playHls(video: HTMLVideoElement, url: string, { fail, signal }: { fail: () => void; signal: AbortSignal }): Promise<void> {
  const { default: Hls } = await import('hls.js');
  if (signal.aborted) return;
  if (!Hls.isSupported()) return fail();
  const hls = new Hls({ startPosition: 0 });
  signal.addEventListener('abort', () => hls.destroy(), { once: true });
  hls.on(Hls.Events.ERROR, (_event, { fatal }) => fatal && fail());
  hls.on(Hls.Events.MANIFEST_PARSED, () => void video.play().catch(() => undefined));
  hls.loadSource(url);
  hls.attachMedia(video);
}
