import type { ChatMessage } from '@lianmai/protocol';
import { Clock, MessageSquare, MessageSquareOff, MoreVertical, Pin, PinOff, Trash2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useActions, useChat, useChatBinding, useRunWithToast } from '../../bindings';
import { Menu, MenuItem, MenuLabel, MenuSeparator, testIds } from '../../ui';

interface MessageMenuProps {
  message: ChatMessage;
  isOwn: boolean;
  isModerator: boolean;
  isMuted: boolean;
}

/** The actions on a message: moderators pin, delete and mute; others delete their own. */
export function MessageMenu({ message, isOwn, isModerator, isMuted }: MessageMenuProps) {
  const { t } = useTranslation();
  const { actions, run } = useChatBinding();
  return (
    <Menu
      trigger={
        // A tooltip for each of hundreds of messages would cost more than it tells.
        <button
          type="button"
          aria-label={t('chat.menu', { name: message.name })}
          className="relative -mr-2 inline-flex size-6 shrink-0 items-center justify-center rounded-md text-fg-2 opacity-0 transition-opacity group-hover/message:opacity-100 before:absolute before:-inset-x-2.5 before:-inset-y-1.5 hover:bg-surface-2 hover:text-fg focus-visible:opacity-100 data-[state=open]:opacity-100 pointer-coarse:opacity-100"
          data-testid={testIds.chatMenu}
        >
          <MoreVertical size={16} aria-hidden />
        </button>
      }
    >
      {isModerator && <PinItem messageId={message.id} />}
      <MenuItem icon={<Trash2 size={18} />} onSelect={() => run(actions.deleteChat(message.id))}>
        {t('chat.delete')}
      </MenuItem>
      {isModerator && !isOwn && <MuteItems message={message} isMuted={isMuted} />}
    </Menu>
  );
}

function PinItem({ messageId }: { messageId: string }) {
  const { t } = useTranslation();
  const actions = useActions();
  const run = useRunWithToast();
  const isPinned = useChat(({ chat }) => chat.pinned?.id === messageId);
  return (
    <MenuItem icon={isPinned ? <PinOff size={18} /> : <Pin size={18} />} onSelect={() => run(actions.pinChat(isPinned ? null : messageId))}>
      {t(isPinned ? 'chat.unpin' : 'chat.pin')}
    </MenuItem>
  );
}

function MuteItems({ message: { participantId, name }, isMuted }: { message: ChatMessage; isMuted: boolean }) {
  const { t } = useTranslation();
  const actions = useActions();
  const run = useRunWithToast();
  const mute = (minutes: number | null) => run(actions.muteChat(participantId, minutes && minutes * 60_000));
  return (
    <>
      <MenuSeparator />
      {isMuted ? (
        <MenuItem icon={<MessageSquare size={18} />} onSelect={() => run(actions.unmuteChat(participantId))}>
          <span className="block max-w-64 truncate">{t('chat.unmute', { name })}</span>
        </MenuItem>
      ) : (
        <>
          <MenuLabel>
            <span className="block max-w-64 truncate">{t('chat.mute', { name })}</span>
          </MenuLabel>
          {[1, 10].map((minutes) => (
            <MenuItem key={minutes} icon={<Clock size={18} />} onSelect={() => mute(minutes)}>
              {t('chat.muteMinutes', { count: minutes })}
            </MenuItem>
          ))}
          <MenuItem icon={<MessageSquareOff size={18} />} onSelect={() => mute(null)}>
            {t('chat.muteForGood')}
          </MenuItem>
        </>
      )}
    </>
  );
}
