import { useLayoutEffect } from 'react';

/** Rooms and studio are dark whatever the system says; everything else follows it. */
export function useTheme(theme: 'dark' | 'system'): void {
  useLayoutEffect(() => {
    const { dataset } = document.documentElement;
    if (theme === 'dark') dataset['theme'] = 'dark';
    else delete dataset['theme'];
  }, [theme]);
}
