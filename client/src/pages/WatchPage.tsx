import { DEFAULT_APP, type StreamRef } from '@lianmai/protocol';
import { useState } from 'react';
import { Watch } from '../features/audience';
import { LanguageSwitch } from './LanguageSwitch';
import { useTheme } from './useTheme';
import { useTitle } from './useTitle';

/** A room's show or a stream from outside: rooms and streams share the names of the first app. */
export default function WatchPage({ app, name }: StreamRef) {
  const [title, setTitle] = useState(name);
  useTheme('system');
  useTitle(title);
  return <Watch app={app} name={name} hasRoom={app === DEFAULT_APP} corner={<LanguageSwitch />} onTitle={setTitle} />;
}
