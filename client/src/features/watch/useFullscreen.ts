import { useEffect, useState, type RefObject } from 'react';

/** iPhones can only show the video itself in full screen. */
type IosVideo = HTMLVideoElement & { webkitEnterFullscreen?: () => void };

export function useFullscreen(area: RefObject<HTMLElement | null>, video: IosVideo | null): [isFull: boolean, toggle: () => void] {
  const [isFull, setFull] = useState(false);
  useEffect(() => {
    const onChange = () => setFull(document.fullscreenElement !== null);
    document.addEventListener('fullscreenchange', onChange);
    return () => document.removeEventListener('fullscreenchange', onChange);
  }, []);
  const toggle = () => {
    if (document.fullscreenElement) void document.exitFullscreen();
    else if (document.fullscreenEnabled) void area.current?.requestFullscreen().catch(() => undefined);
    else video?.webkitEnterFullscreen?.();
  };
  return [isFull, toggle];
}
