import { useTranslation } from 'react-i18next';
import { useChat, useChatBinding } from '../../bindings';
import { useWaitText } from './useWaitText';

/** The rules that whoever writes should know beforehand. */
export function ChatRules() {
  const { t } = useTranslation();
  const waitText = useWaitText();
  const { isModerator, isOnStage } = useChatBinding();
  const slowModeMs = useChat(({ chat }) => chat.slowModeMs);
  const areLinksOff = useChat(({ chat }) => !chat.linksFromAudience);
  const isConcerned = areLinksOff && !isOnStage && !isModerator;
  const rules = [
    ...(slowModeMs > 0 ? [t('chat.slowModeOn', { time: waitText(slowModeMs) })] : []),
    ...(isConcerned ? [t('chat.noLinks')] : []),
  ];
  return rules.length === 0 ? null : <p className="px-4 pt-2 text-sm text-fg-3">{rules.join(' · ')}</p>;
}
