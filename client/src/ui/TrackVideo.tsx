import { useEffect, useRef } from 'react';
import { cx } from './cx';

interface TrackVideoProps {
  track: MediaStreamTrack;
  isMirrored?: boolean;
  fit?: 'cover' | 'contain';
  className?: string;
  /** Receives the element while it is in the page, e.g. to draw from it. */
  onElement?: ((element: HTMLVideoElement | null) => void) | undefined;
  'data-testid'?: string;
}

/** Shows one video track without sound. A new track reuses the element. */
export function TrackVideo({ track, isMirrored = false, fit = 'cover', className, onElement, ...rest }: TrackVideoProps) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const element = video.current;
    if (!element) return;
    element.srcObject = new MediaStream([track]);
    // A muted inline video may always play. The promise rejects only if the track is replaced meanwhile.
    void element.play().catch(() => undefined);
    return () => {
      element.srcObject = null;
    };
  }, [track]);
  useEffect(() => {
    onElement?.(video.current);
    return () => onElement?.(null);
  }, [onElement]);
  return (
    <video
      {...rest}
      ref={video}
      autoPlay
      playsInline
      muted
      disablePictureInPicture
      className={cx('size-full', fit === 'cover' ? 'object-cover' : 'object-contain', isMirrored && '-scale-x-100', className)}
    />
  );
}
