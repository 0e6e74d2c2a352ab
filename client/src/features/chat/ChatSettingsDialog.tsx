import { useTranslation } from 'react-i18next';
import { useActions, useRunWithToast } from '../../bindings';
import { useRoom } from '../../state';
import { Dialog, SelectField, Switch } from '../../ui';
import { BlockWordsField } from './BlockWordsField';
import { MutedPeople } from './MutedPeople';
import { useWaitText } from './useWaitText';

const SLOW_MODES_MS = [0, 3000, 5000, 10_000, 30_000, 60_000, 300_000];

/** A moderator's settings of the chat. Each takes effect at once, but for the words, which are saved. */
export function ChatSettingsDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const actions = useActions();
  const run = useRunWithToast();
  const waitText = useWaitText();
  const slowModeMs = useRoom((room) => room.chat.slowModeMs);
  const linksFromAudience = useRoom((room) => room.chat.linksFromAudience);
  // Another client may have chosen a time that is not in the list.
  const choices = [...new Set([...SLOW_MODES_MS, slowModeMs])].sort((a, b) => a - b);
  return (
    <Dialog isOpen onClose={onClose} title={t('chat.settings')} closeLabel={t('common.close')}>
      <div className="flex flex-col gap-5">
        <SelectField
          label={t('chat.slowMode')}
          hint={t('chat.slowModeHint')}
          value={String(slowModeMs)}
          options={choices.map((ms) => ({ value: String(ms), label: ms === 0 ? t('chat.off') : waitText(ms) }))}
          onChange={({ target }) => run(actions.setChat({ slowModeMs: Number(target.value) }))}
        />
        <Switch
          label={t('chat.links')}
          hint={t('chat.linksHint')}
          isOn={linksFromAudience}
          onChange={(isOn) => run(actions.setChat({ linksFromAudience: isOn }))}
        />
        <BlockWordsField />
        <MutedPeople />
      </div>
    </Dialog>
  );
}
