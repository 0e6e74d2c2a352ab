import type { SourceId } from '@lianmai/protocol';

/** The video elements that show the sources in the strip: thumbnails are drawn from them, instead of playing every source six times more. */
const elements = new Map<SourceId, HTMLVideoElement>();

export function registerSourceVideo(id: SourceId): (element: HTMLVideoElement | null) => void {
  return (element) => {
    if (element) elements.set(id, element);
    else elements.delete(id);
  };
}

/** The newest picture of a source, if it has one. */
export function sourceVideoOf(id: SourceId): HTMLVideoElement | null {
  const element = elements.get(id);
  return element && element.videoWidth > 0 ? element : null;
}
