import { Pin, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useActions, useChat, useChatBinding, useRunWithToast } from '../../bindings';
import { IconButton, testIds } from '../../ui';
import { MessageText } from './MessageText';

/** The message that a moderator has pinned, above the conversation. */
export function PinnedMessage() {
  const { t } = useTranslation();
  const { isModerator } = useChatBinding();
  const pinned = useChat(({ chat }) => chat.pinned);
  if (!pinned) return null;
  return (
    <section
      aria-label={t('chat.pinned')}
      className="flex shrink-0 items-start gap-2 border-b border-line bg-surface-2 py-2 pr-2 pl-4"
      data-testid={testIds.chatPinned}
    >
      <Pin size={16} className="mt-0.5 shrink-0 text-accent-text" aria-hidden />
      {/* Long ones scroll; the keyboard needs the focus for that. */}
      <div tabIndex={0} className="max-h-24 min-w-0 flex-1 overflow-y-auto overscroll-contain">
        <p className="truncate text-sm font-semibold">
          <bdi>{pinned.name}</bdi>
        </p>
        <p dir="auto" className="text-sm wrap-anywhere whitespace-pre-wrap text-fg-2">
          <MessageText text={pinned.text} />
        </p>
      </div>
      {isModerator && <UnpinButton />}
    </section>
  );
}

function UnpinButton() {
  const { t } = useTranslation();
  const actions = useActions();
  const run = useRunWithToast();
  return (
    <IconButton
      label={t('chat.unpin')}
      icon={<X size={18} />}
      tooltipSide="bottom"
      onClick={() => run(actions.pinChat(null))}
      className="-my-1"
    />
  );
}
