import { MAX_CHAT_CHARS } from '@lianmai/protocol';
import { SendHorizontal } from 'lucide-react';
import { useState, type SubmitEvent, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useActions, useRunWithToast } from '../../bindings';
import { IconButton, testIds } from '../../ui';

/** Enter sends and Shift+Enter breaks the line. Enter that confirms a Chinese or Japanese composition does not send. */
export function ChatComposer() {
  const { t } = useTranslation();
  const actions = useActions();
  const run = useRunWithToast();
  const [text, setText] = useState('');
  const send = () => {
    const wanted = text.trim();
    if (wanted === '') return;
    setText('');
    const sent = actions.sendChat(wanted).catch((error: unknown) => {
      setText((now) => now || wanted);
      throw error;
    });
    run(sent);
  };
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
    <form onSubmit={onSubmit} className="flex items-end gap-1 border-t border-line p-2">
      <textarea
        value={text}
        rows={1}
        dir="auto"
        maxLength={MAX_CHAT_CHARS}
        aria-label={t('chat.write')}
        placeholder={t('chat.write')}
        enterKeyHint="send"
        onChange={(event) => setText(event.target.value)}
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
  );
}
