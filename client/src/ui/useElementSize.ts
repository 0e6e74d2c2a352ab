import { useCallback, useState } from 'react';

interface ElementSize {
  width: number;
  height: number;
}

/** Returns a ref and the content size of its element in CSS pixels. Zero until measured. */
export function useElementSize(): [ref: (element: HTMLElement | null) => (() => void) | undefined, size: ElementSize] {
  const [size, setSize] = useState<ElementSize>({ width: 0, height: 0 });
  const ref = useCallback((element: HTMLElement | null) => {
    if (!element) return undefined;
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setSize({ width: entry.contentRect.width, height: entry.contentRect.height });
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, size];
}
