import type { SourceId } from '@lianmai/protocol';

/** The video elements in the strip. Thumbnails are drawn from them, instead of playing every source six more times. */
const elements = new Map<SourceId, HTMLVideoElement>();

export function registerSourceVideo(id: SourceId): (element: HTMLVideoElement | null) => void {
  return (element) => {
    if (element) elements.set(id, element);
    else elements.delete(id);
  };
}

/** Returns the video of a source that has a picture. */
export function sourceVideoOf(id: SourceId): HTMLVideoElement | null {
  const element = elements.get(id);
  return element && element.videoWidth > 0 ? element : null;
}
