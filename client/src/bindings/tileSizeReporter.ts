import type { MediaSource, ParticipantId } from '@lianmai/protocol';
import type { RoomActions } from '../state';

interface PixelSize {
  width: number;
  height: number;
}

/** Collects how large each remote picture is shown. If several places show the same picture, the largest counts. */
export interface TileSizeReporter {
  /** Sets one place's size in device pixels (null: not visible). `place` is any object that identifies it. */
  set(place: object, participantId: ParticipantId, source: MediaSource, size: PixelSize | null): void;
  /** Removes a place. */
  drop(place: object, participantId: ParticipantId, source: MediaSource): void;
  /** Reports that nothing is visible while the page is hidden. Returns its undo. */
  watchPage(): () => void;
}

interface VisiblePicture {
  participantId: ParticipantId;
  source: MediaSource;
  places: Map<object, PixelSize | null>;
  /** The last report, as text. */
  reported: string | null;
}

export function createTileSizeReporter(report: RoomActions['setTileSize'], isPageHidden = () => document.hidden): TileSizeReporter {
  const pictures = new Map<string, VisiblePicture>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const flush = () => {
    timer = undefined;
    for (const [key, picture] of pictures) {
      const size = isPageHidden() ? null : largest(picture.places.values());
      const text = size ? `${size.width}x${size.height}` : 'none';
      if (text !== picture.reported) report(picture.participantId, picture.source, size);
      picture.reported = text;
      if (picture.places.size === 0) pictures.delete(key);
    }
  };
  const schedule = () => {
    // A picture that moves within one turn is reported once. Waiting for a resize to settle is up to the session.
    timer ??= setTimeout(flush);
  };
  const pictureOf = (participantId: ParticipantId, source: MediaSource): VisiblePicture => {
    const key = `${participantId}:${source}`;
    const picture = pictures.get(key) ?? { participantId, source, places: new Map(), reported: null };
    pictures.set(key, picture);
    return picture;
  };

  return {
    set(place, participantId, source, size) {
      pictureOf(participantId, source).places.set(place, size);
      schedule();
    },
    drop(place, participantId, source) {
      pictureOf(participantId, source).places.delete(place);
      schedule();
    },
    watchPage() {
      document.addEventListener('visibilitychange', schedule);
      return () => {
        document.removeEventListener('visibilitychange', schedule);
        clearTimeout(timer);
        timer = undefined;
      };
    },
  };
}

function largest(sizes: Iterable<PixelSize | null>): PixelSize | null {
  let best: PixelSize | null = null;
  for (const size of sizes) if (size && (!best || size.width * size.height > best.width * best.height)) best = size;
  return best;
}
