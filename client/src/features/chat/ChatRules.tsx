import { useTranslation } from 'react-i18next';
import { useSelf } from '../../bindings';
import { useRoom } from '../../state';
import { useWaitText } from './useWaitText';

/** The rules that whoever writes should know beforehand. */
export function ChatRules() {
  const { t } = useTranslation();
  const waitText = useWaitText();
  const self = useSelf();
  const slowModeMs = useRoom((room) => room.chat.slowModeMs);
  const areLinksOff = useRoom((room) => !room.chat.linksFromAudience);
  const isConcerned = areLinksOff && self?.onStage === false && !self.isModerator;
  const rules = [
    ...(slowModeMs > 0 ? [t('chat.slowModeOn', { time: waitText(slowModeMs) })] : []),
    ...(isConcerned ? [t('chat.noLinks')] : []),
  ];
  return rules.length === 0 ? null : <p className="px-4 pt-2 text-sm text-fg-3">{rules.join(' · ')}</p>;
}
