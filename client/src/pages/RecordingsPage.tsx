import { useTranslation } from 'react-i18next';
import { Recordings } from '../features/recordings';
import { LanguageSwitch } from './LanguageSwitch';
import { useTheme } from './useTheme';
import { useTitle } from './useTitle';

export default function RecordingsPage() {
  const { t } = useTranslation();
  useTheme('system');
  useTitle(t('recordings.title'));
  return <Recordings corner={<LanguageSwitch />} />;
}
