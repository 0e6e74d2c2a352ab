import { useEffect, useState } from 'react';
import { cx } from './cx';

const FRESH_EVERY_MS = 10_000;

interface LiveThumbnailProps {
  /** The URL of a live picture, which changes over time. */
  src: string;
  className?: string;
}

/** A small live picture, fetched and refreshed while it is visible. If it does not load, its place stays empty. */
export function LiveThumbnail({ src, className }: LiveThumbnailProps) {
  const [place, setPlace] = useState<HTMLElement | null>(null);
  const [round, setRound] = useState<number | null>(null);
  const [hasFailed, setFailed] = useState(false);
  useEffect(() => {
    if (!place) return undefined;
    let timer: ReturnType<typeof setInterval> | undefined;
    const refresh = () => document.hidden || setRound(Math.floor(Date.now() / FRESH_EVERY_MS));
    const observer = new IntersectionObserver(([entry]) => {
      clearInterval(timer);
      if (!entry?.isIntersecting) return;
      refresh();
      timer = setInterval(refresh, FRESH_EVERY_MS);
    });
    observer.observe(place);
    return () => {
      observer.disconnect();
      clearInterval(timer);
    };
  }, [place]);
  return (
    <span ref={setPlace} className={cx('block overflow-hidden bg-surface-3', className)} aria-hidden>
      {round !== null && (
        <img
          src={`${src}${src.includes('?') ? '&' : '?'}at=${round}`}
          alt=""
          onError={() => setFailed(true)}
          onLoad={() => setFailed(false)}
          className={cx('size-full object-cover', hasFailed && 'invisible')}
        />
      )}
    </span>
  );
}
