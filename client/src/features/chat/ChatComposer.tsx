import { MAX_CHAT_CHARS } from '@lianmai/protocol';
import { SendHorizontal } from 'lucide-react';
import { useCallback, useState, type KeyboardEvent, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useChat, useChatBinding } from '../../bindings';
import { IconButton, testIds } from '../../ui';
import { ChatRules } from './ChatRules';
import { ChatSettingsButton } from './ChatSettingsButton';
import { refusalOf, type Refusal } from './refusal';
import { RefusalLine } from './RefusalLine';

/** Enter sends and Shift+Enter breaks the line. Enter that confirms a Chinese or Japanese composition does not send. */
export function ChatComposer() {
  const { t } = useTranslation();
  const { text, write, send, refusal, forgive } = useDraft();
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    send();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <div className="border-t border-line">
      {refusal ? <RefusalLine refusal={refusal} onOver={forgive} /> : <ChatRules />}
      <form onSubmit={onSubmit} className="flex items-end gap-1 p-2">
        <ChatSettingsButton />
        <textarea
          value={text}
          rows={1}
          dir="auto"
          maxLength={MAX_CHAT_CHARS}
          aria-label={t('chat.write')}
          placeholder={t('chat.write')}
          enterKeyHint="send"
          onChange={(event) => write(event.target.value)}
          onKeyDown={onKeyDown}
          data-testid={testIds.chatInput}
          className="field-sizing-content max-h-32 min-h-11 min-w-0 flex-1 resize-none rounded-md bg-surface-2 px-3 py-2.5 text-base placeholder:text-fg-3"
        />
        <IconButton
          label={t('chat.send')}
          icon={<SendHorizontal size={20} />}
          type="submit"
          disabled={text.trim() === ''}
          className="size-11"
          data-testid={testIds.chatSend}
        />
      </form>
    </div>
  );
}

/** The person was asked for a name first, and thought better of it. */
const isCancelled = (error: unknown) => error instanceof DOMException && error.name === 'AbortError';

/** The draft. A message that was refused comes back, before anything written since. */
function useDraft() {
  const { actions } = useChatBinding();
  const clockOffsetMs = useChat((state) => state.clockOffsetMs);
  const [text, setText] = useState('');
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const forgive = useCallback(() => setRefusal(null), []);
  const send = () => {
    const wanted = text.trim();
    if (wanted === '') return;
    setText('');
    setRefusal(null);
    actions.sendChat(wanted).catch((error: unknown) => {
      setText((now) => (now === '' ? wanted : `${wanted}\n${now}`));
      setRefusal(isCancelled(error) ? null : refusalOf(error, { nowMs: Date.now(), clockOffsetMs }));
    });
  };
  const write = (now: string) => {
    setText(now);
    // A changed text may be fine; waiting goes on.
    setRefusal((before) => (before?.endsAtMs === null ? null : before));
  };
  return { text, write, send, refusal, forgive };
}
