import { Watch } from '../features/audience';
import { LanguageSwitch } from './LanguageSwitch';
import { useTheme } from './useTheme';
import { useTitle } from './useTitle';

export default function WatchPage({ room }: { room: string }) {
  useTheme('system');
  useTitle(room);
  return <Watch room={room} corner={<LanguageSwitch />} />;
}
