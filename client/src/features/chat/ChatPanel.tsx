import { ArrowDown, MessageSquare } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useRoom } from '../../state';
import { Button, EmptyState, Pill, testIds } from '../../ui';
import { ChatComposer } from './ChatComposer';
import { groupMessages, type MessageGroup } from './messageGroups';
import { splitLinks } from './splitLinks';

/** Closer to the end than this counts as following the conversation. */
const AT_END_PX = 48;

/** The conversation. It scrolls with new messages while one follows it, and stays put while one reads back. */
export function ChatPanel() {
  const { t } = useTranslation();
  const chat = useRoom((room) => room.chat);
  const groups = useMemo(() => groupMessages(chat), [chat]);
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
          groups.map((group) => <Group key={group.id} group={group} />)
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

function Group({ group }: { group: MessageGroup }) {
  const { t, i18n } = useTranslation();
  const time = useMemo(
    () => new Intl.DateTimeFormat(i18n.language, { hour: '2-digit', minute: '2-digit' }).format(group.atMs),
    [i18n.language, group.atMs],
  );
  return (
    <div className="mb-3">
      <div className="flex items-center gap-2 text-sm">
        <span className="min-w-0 truncate font-semibold">
          <bdi>{group.name}</bdi>
        </span>
        {group.role === 'host' && <Pill size="sm">{t('role.host')}</Pill>}
        <span className="tabular ml-auto shrink-0 text-fg-3">{time}</span>
      </div>
      {group.messages.map((message) => (
        <p
          key={message.id}
          dir="auto"
          data-testid={testIds.chatMessage}
          className="mt-0.5 text-base wrap-anywhere whitespace-pre-wrap text-fg-2"
        >
          {splitLinks(message.text).map((piece, index) =>
            piece.href ? (
              <a key={index} href={piece.href} target="_blank" rel="noopener noreferrer nofollow" className="text-accent-text underline">
                {piece.text}
              </a>
            ) : (
              piece.text
            ),
          )}
        </p>
      ))}
    </div>
  );
}
