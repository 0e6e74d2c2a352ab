import { useEffect } from 'react';

/** Sets the tab's title to the subject, followed by the product's name. */
export function useTitle(title: string | null): void {
  useEffect(() => {
    document.title = title ? `${title} · Lianmai` : 'Lianmai';
  }, [title]);
}
