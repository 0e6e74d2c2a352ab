import { SlidersHorizontal } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useChatBinding } from '../../bindings';
import { IconButton, testIds } from '../../ui';
import { ChatSettingsDialog } from './ChatSettingsDialog';

/** Opens the chat's settings. Empty for people who do not moderate. */
export function ChatSettingsButton() {
  const { t } = useTranslation();
  const { isModerator } = useChatBinding();
  const [isOpen, setOpen] = useState(false);
  if (!isModerator) return null;
  return (
    <>
      <IconButton
        label={t('chat.settings')}
        icon={<SlidersHorizontal size={20} />}
        onClick={() => setOpen(true)}
        className="size-11"
        data-testid={testIds.chatSettings}
      />
      {isOpen && <ChatSettingsDialog onClose={() => setOpen(false)} />}
    </>
  );
}
