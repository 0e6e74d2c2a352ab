import { MediaLog, ownStalls, pause, readFlv } from '../../support/index.js';

/** As players wait before they ask again. */
const RETRY_MS = 300;
const POLL_MS = 100;

/** Somebody who plays the show until it is over for them; `media` is what reached their player. */
export interface Viewer {
  readonly media: MediaLog;
  stop(): void;
}

/** An HTTP-FLV player that connects again whenever its stream ends. */
export function watchFlv(url: string): Viewer {
  const media = new MediaLog(ownStalls);
  const stopped = new AbortController();
  let connection = 0;
  void repeat(stopped.signal, RETRY_MS, async () => {
    connection += 1;
    await readFlv(url, stopped.signal, ({ kind, timeMs }) => media.add({ kind, mediaMs: timeMs, connection }));
  });
  return { media, stop: () => stopped.abort() };
}

/** A viewer of HLS, with what the playlist last said about the time of day. */
export interface HlsViewer extends Viewer {
  /** The newest segment's PROGRAM-DATE-TIME, epoch ms. */
  readonly programDateTimeMs: number | null;
}

/** An HLS player that reloads its playlist; whatever is new in there counts as media, parts of segments included. */
export function watchHls(url: string): HlsViewer {
  const media = new MediaLog(ownStalls);
  const stopped = new AbortController();
  let newest = '';
  let programDateTimeMs: number | null = null;
  let playlistUrl = url;
  void repeat(stopped.signal, POLL_MS, async () => {
    const response = await fetch(playlistUrl, { signal: AbortSignal.any([stopped.signal, AbortSignal.timeout(2000)]) });
    const lines = (await response.text()).split('\n');
    const variant = lines.findIndex((line) => line.startsWith('#EXT-X-STREAM-INF'));
    if (!response.ok) playlistUrl = url;
    else if (variant >= 0) playlistUrl = new URL(lines[variant + 1] ?? '', response.url).href;
    if (!response.ok || variant >= 0) return;
    const last = lines.findLast((line) => line.startsWith('#EXT-X-PART:') || (line !== '' && !line.startsWith('#'))) ?? '';
    if (last !== newest) media.add({ kind: 'video' });
    newest = last;
    const time = lines.findLast((line) => line.startsWith(DATE_TIME));
    programDateTimeMs = time === undefined ? null : Date.parse(time.slice(DATE_TIME.length));
  });
  return {
    media,
    stop: () => stopped.abort(),
    get programDateTimeMs() {
      return programDateTimeMs;
    },
  };
}

const DATE_TIME = '#EXT-X-PROGRAM-DATE-TIME:';

/** A viewer keeps trying, whatever happens. */
async function repeat(signal: AbortSignal, everyMs: number, attempt: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    await attempt().catch(() => undefined);
    await pause(everyMs);
  }
}
