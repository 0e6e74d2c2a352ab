import { useLayoutEffect } from 'react';

/** Rooms and the studio are always dark. Other pages follow the system. */
export function useTheme(theme: 'dark' | 'system'): void {
  useLayoutEffect(() => {
    const { dataset } = document.documentElement;
    if (theme === 'dark') dataset['theme'] = 'dark';
    else delete dataset['theme'];
  }, [theme]);
}
