import { MAX_BLOCK_WORD_CHARS, MAX_BLOCK_WORDS } from '@lianmai/protocol';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useActions, useRunWithToast } from '../../bindings';
import { useRoom } from '../../state';
import { Button, Field } from '../../ui';

const wordsOf = (text: string) => [...new Set(text.split('\n').flatMap((line) => line.trim().replace(/\s+/g, ' ') || []))];

/** The room's block words, one on each line. */
export function BlockWordsField() {
  const { t } = useTranslation();
  const actions = useActions();
  const run = useRunWithToast();
  const saved = useRoom((room) => room.chat.moderation?.blockWords);
  const [text, setText] = useState(saved?.join('\n') ?? '');
  const [isBusy, setBusy] = useState(false);
  const [wasSaved, setSaved] = useState(false);
  const words = wordsOf(text);
  const isTooMuch = words.length > MAX_BLOCK_WORDS || words.some((word) => word.length > MAX_BLOCK_WORD_CHARS);
  const isChanged = words.join('\n') !== saved?.join('\n');
  const save = async () => {
    setBusy(true);
    try {
      await actions.setChat({ blockWords: words });
      setSaved(true);
    } finally {
      setBusy(false);
    }
  };
  const limits = { words: MAX_BLOCK_WORDS, characters: MAX_BLOCK_WORD_CHARS };
  return (
    <div className="flex flex-col items-start gap-2">
      <Field label={t('chat.words')} hint={t('chat.wordsHint')} error={isTooMuch ? t('chat.badWords', limits) : null} className="w-full">
        {(ids) => (
          <textarea
            {...ids}
            value={text}
            rows={3}
            dir="auto"
            spellCheck={false}
            onChange={(event) => setText(event.target.value)}
            className="field-sizing-content max-h-48 min-h-20 w-full resize-none rounded-md border border-line-strong/60 bg-surface-1 px-3 py-2 text-base hover:border-line-strong focus-visible:outline-offset-0"
          />
        )}
      </Field>
      <div className="flex items-center gap-3">
        <Button size="sm" isBusy={isBusy} disabled={isTooMuch || !isChanged} onClick={() => run(save())}>
          {t('chat.saveWords')}
        </Button>
        <p role="status" className="text-sm text-fg-2">
          {wasSaved && !isChanged && t('chat.wordsSaved')}
        </p>
      </div>
    </div>
  );
}
