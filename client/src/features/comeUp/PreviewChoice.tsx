import { useTranslation } from 'react-i18next';
import { Preview } from '../../bindings';
import { Switch, testIds } from '../../ui';
import type { PreviewState } from './usePreview';

/** How we will be seen and heard, and whether with sound only. */
export function PreviewChoice({ preview, name }: { preview: PreviewState; name: string }) {
  const { t } = useTranslation();
  return (
    <>
      <Preview check={preview.check} name={name} isSoundOnly={preview.isSoundOnly} />
      <Switch
        label={t('comeUp.soundOnly')}
        hint={t('comeUp.soundOnlyHint')}
        isOn={preview.isSoundOnly}
        onChange={preview.setSoundOnly}
        data-testid={testIds.soundOnly}
      />
    </>
  );
}
