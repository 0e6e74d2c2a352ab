import type { ChatMessage } from '@lianmai/protocol';
import { memo, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Pill, testIds } from '../../ui';
import type { MessageGroup } from './messageGroups';
import { MessageMenu } from './MessageMenu';
import { MessageText } from './MessageText';

interface MessageGroupViewProps {
  group: MessageGroup;
  isOwn: boolean;
  /** Whether we moderate. */
  isModerator: boolean;
  isMuted: boolean;
}

/** Messages of one person in a row. */
export function MessageGroupView({ group, ...rest }: MessageGroupViewProps) {
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
        {rest.isMuted && <Pill size="sm">{t('chat.isMuted')}</Pill>}
        <span className="tabular ml-auto shrink-0 text-fg-3">{time}</span>
      </div>
      {group.messages.map((message) => (
        <Message key={message.id} message={message} {...rest} />
      ))}
    </div>
  );
}

/** Drawn again only when something about it changes: there may be hundreds. */
const Message = memo(function Message({ message, ...rest }: { message: ChatMessage } & Omit<MessageGroupViewProps, 'group'>) {
  return (
    <div className="group/message mt-0.5 flex items-start gap-2">
      <p dir="auto" data-testid={testIds.chatMessage} className="min-w-0 flex-1 text-base wrap-anywhere whitespace-pre-wrap text-fg-2">
        <MessageText text={message.text} />
      </p>
      {(rest.isOwn || rest.isModerator) && <MessageMenu message={message} {...rest} />}
    </div>
  );
});
