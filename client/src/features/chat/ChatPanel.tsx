import { ArrowDown, MessageSquare } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useChat, useChatBinding } from '../../bindings';
import { Button, EmptyState, testIds } from '../../ui';
import { ChatComposer } from './ChatComposer';
import { MessageGroupView } from './MessageGroupView';
import { groupMessages } from './messageGroups';
import { PinnedMessage } from './PinnedMessage';
import { useMutes } from './useMutes';

/** Closer to the end than this counts as following the conversation. */
const AT_END_PX = 48;

/** The conversation. It scrolls with new messages while one follows it, and stays put while one reads back. */
export function ChatPanel() {
  const { t } = useTranslation();
  const chat = useChat((state) => state.chat.messages);
  const groups = useMemo(() => groupMessages(chat), [chat]);
  const { isModerator } = useChatBinding();
  const selfId = useChat((state) => state.selfId);
  const mutes = useMutes();
  const list = useRef<HTMLDivElement>(null);
  const [isAtEnd, setAtEnd] = useState(true);
  const toEnd = () => list.current?.scrollTo({ top: list.current.scrollHeight });
  useEffect(() => {
    if (isAtEnd) toEnd();
  }, [chat, isAtEnd]);
  useEffect(() => {
    // Messages may have arrived while the panel was hidden. Showing it again changes its size.
    const element = list.current;
    if (!element) return;
    const observer = new ResizeObserver(() => isAtEnd && toEnd());
    observer.observe(element);
    return () => observer.disconnect();
  }, [isAtEnd]);
  const onScroll = () => {
    const element = list.current;
    if (element && element.clientHeight > 0) setAtEnd(element.scrollHeight - element.scrollTop - element.clientHeight < AT_END_PX);
  };
  return (
    <div className="relative flex h-full min-h-0 flex-col" data-testid={testIds.chatDrawer}>
      <PinnedMessage />
      <div
        ref={list}
        role="log"
        aria-label={t('chat.title')}
        aria-live="polite"
        tabIndex={0}
        onScroll={onScroll}
        className="min-h-0 flex-1 overflow-y-auto overscroll-contain px-4 py-3 -outline-offset-2"
      >
        {groups.length === 0 ? (
          <EmptyState icon={<MessageSquare size={28} aria-hidden />} title={t('chat.empty')}>
            {t('chat.emptyText')}
          </EmptyState>
        ) : (
          groups.map((group) => (
            <MessageGroupView
              key={group.id}
              group={group}
              isOwn={group.participantId === selfId}
              isModerator={isModerator}
              isMuted={mutes.some(({ participantId }) => participantId === group.participantId)}
            />
          ))
        )}
      </div>
      {!isAtEnd && groups.length > 0 && (
        <Button
          size="sm"
          icon={<ArrowDown size={16} aria-hidden />}
          onClick={toEnd}
          className="absolute bottom-18 left-1/2 -translate-x-1/2 bg-surface-3"
        >
          {t('chat.toEnd')}
        </Button>
      )}
      <ChatComposer />
    </div>
  );
}
