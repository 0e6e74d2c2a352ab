import { useEffect, useState, type RefObject } from 'react';

const FADE_AFTER_MS = 2500;

/** Shows the controls while the pointer or the keyboard is active on the player, and hides them after a rest. */
export function useControlsShown(area: RefObject<HTMLElement | null>): boolean {
  const [isShown, setShown] = useState(true);
  useEffect(() => {
    const element = area.current;
    if (!element) return;
    let timer: ReturnType<typeof setTimeout>;
    const wake = () => {
      setShown(true);
      clearTimeout(timer);
      timer = setTimeout(() => !element.querySelector('[data-controls] :focus-visible') && setShown(false), FADE_AFTER_MS);
    };
    wake();
    const events = ['pointermove', 'pointerdown', 'keydown', 'focusin'] as const;
    for (const event of events) element.addEventListener(event, wake);
    return () => {
      clearTimeout(timer);
      for (const event of events) element.removeEventListener(event, wake);
    };
  }, [area]);
  return isShown;
}
