import type { MediaSource, ParticipantId } from '@lianmai/protocol';
import { useCallback } from 'react';
import { useRoom } from '../state';
import { useTileSizeReporter } from './RoomProvider';

/**
 * Returns a ref for the element that shows a participant's picture. Its size in device pixels goes to the server, which picks the layer.
 */
export function useTileSize(participantId: ParticipantId, source: MediaSource): (element: HTMLElement | null) => (() => void) | undefined {
  const sizes = useTileSizeReporter();
  const isSelf = useRoom((room) => room.selfId === participantId);
  return useCallback(
    (element) => {
      if (!element || isSelf) return undefined;
      const observer = new ResizeObserver(([entry]) => {
        if (!entry) return;
        const { width, height } = entry.contentRect;
        const scale = window.devicePixelRatio;
        const isVisible = width >= 1 && height >= 1;
        sizes.set(
          element,
          participantId,
          source,
          isVisible ? { width: Math.round(width * scale), height: Math.round(height * scale) } : null,
        );
      });
      observer.observe(element);
      return () => {
        observer.disconnect();
        sizes.drop(element, participantId, source);
      };
    },
    [sizes, isSelf, participantId, source],
  );
}
