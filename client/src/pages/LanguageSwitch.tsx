import { Languages } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { LANGUAGES, setLanguage } from '../i18n';
import { Button, testIds } from '../ui';

/** Offers the other language, in that language. */
export function LanguageSwitch() {
  const { i18n } = useTranslation();
  const other = LANGUAGES.find((language) => language.id !== i18n.language) ?? LANGUAGES[0];
  return (
    <Button
      size="sm"
      variant="ghost"
      lang={other.id}
      icon={<Languages size={18} aria-hidden />}
      onClick={() => setLanguage(other.id)}
      data-testid={testIds.languageSwitch}
    >
      {other.name}
    </Button>
  );
}
