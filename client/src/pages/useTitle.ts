import { useEffect } from 'react';

/** The tab's title: what it is about, then the product. */
export function useTitle(title: string | null): void {
  useEffect(() => {
    document.title = title ? `${title} · Lianmai` : 'Lianmai';
  }, [title]);
}
