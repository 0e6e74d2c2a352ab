import { useTranslation } from 'react-i18next';
import { Streams } from '../features/streams';
import { LanguageSwitch } from './LanguageSwitch';
import { useTheme } from './useTheme';
import { useTitle } from './useTitle';

export default function StreamsPage() {
  const { t } = useTranslation();
  useTheme('system');
  useTitle(t('streams.title'));
  return <Streams corner={<LanguageSwitch />} />;
}
