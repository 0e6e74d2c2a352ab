import { DEFAULT_APP } from '@lianmai/protocol';
import { useState } from 'react';
import { Watch } from '../features/watch';
import { LanguageSwitch } from './LanguageSwitch';
import { useTheme } from './useTheme';
import { useTitle } from './useTitle';

/** A room's program or a stream from outside. Rooms and streams share the names of the default app. */
export default function WatchPage({ app, name }: { app: string | null; name: string }) {
  const [title, setTitle] = useState(name);
  useTheme('system');
  useTitle(title);
  return (
    <Watch
      app={app ?? DEFAULT_APP}
      name={name}
      hasRoom={app === null || app === DEFAULT_APP}
      corner={<LanguageSwitch />}
      onTitle={setTitle}
    />
  );
}
