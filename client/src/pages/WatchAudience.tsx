import { LianmaiError } from '@lianmai/protocol';
import { LoaderCircle, Pencil } from 'lucide-react';
import { useMemo, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ChatProvider, type ChatBinding } from '../bindings';
import { NameDialog, StageNewsLine, StageWay } from '../features/audience';
import { ChatPanel } from '../features/chat';
import { errorText } from '../i18n';
import { getAudienceStore, getPreferences, useAudience, usePreferences, type AudienceActions } from '../state';
import { Button, Panel, testIds } from '../ui';

/** Loaded beside the player: the chat of the watch page, and the way to the stage. */
export { StageNewsLine, StageWay };

/** Asks for a name before somebody writes for the first time. */
interface Naming {
  onNamed: () => void;
  onClose: () => void;
}

export function WatchChat({ actions }: { actions: AudienceActions }) {
  const { t } = useTranslation();
  const phase = useAudience((state) => state.phase);
  const name = usePreferences((all) => all.name);
  const [naming, setNaming] = useState<Naming | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const binding = useMemo(() => bindingOf(actions, setNaming, (error) => setProblem(errorText(t, error))), [actions, t]);
  const close = () => setNaming(null);
  return (
    <Panel
      title={t('chat.title')}
      aside={
        name !== '' && (
          <Button
            size="sm"
            variant="ghost"
            icon={<Pencil size={16} aria-hidden />}
            title={t('audience.changeName')}
            aria-label={t('audience.changeName')}
            onClick={() => setNaming({ onNamed: close, onClose: close })}
            className="max-w-48"
            data-testid={testIds.changeName}
          >
            <bdi>{name}</bdi>
          </Button>
        )
      }
      className="min-h-0 flex-1 rounded-none"
      bodyClassName="overflow-hidden"
    >
      {phase === 'attending' || phase === 'reconnecting' ? (
        <ChatProvider binding={binding}>
          <div className="flex h-full min-h-0 flex-col">
            {phase === 'reconnecting' && <Line>{t('audience.reconnecting')}</Line>}
            {problem && <Line>{problem}</Line>}
            <div className="min-h-0 flex-1">
              <ChatPanel />
            </div>
          </div>
        </ChatProvider>
      ) : (
        <NoChat actions={actions} />
      )}
      {naming && (
        <NameDialog
          actions={actions}
          onNamed={() => {
            close();
            naming.onNamed();
          }}
          onClose={() => {
            close();
            naming.onClose();
          }}
        />
      )}
    </Panel>
  );
}

/** The audience's chat: anybody may write once they have a name. */
function bindingOf(actions: AudienceActions, ask: (naming: Naming) => void, onError: (error: unknown) => void): ChatBinding {
  const named = () =>
    new Promise<void>((resolve, reject) => {
      if (getPreferences().name !== '') return resolve();
      ask({ onNamed: resolve, onClose: () => reject(new DOMException('No name was given', 'AbortError')) });
    });
  return {
    store: getAudienceStore(),
    actions: {
      sendChat: async (text) => {
        await named();
        await actions.sendChat(text);
      },
      deleteChat: (messageId) => actions.deleteChat(messageId),
    },
    isModerator: false,
    isOnStage: false,
    run: (action) => void action.catch(onError),
  };
}

const Line = ({ children }: { children: ReactNode }) => (
  <p role="status" className="px-4 py-2 text-sm text-warn">
    {children}
  </p>
);

/** Tells why there is no chat, and the way to it. */
function NoChat({ actions }: { actions: AudienceActions }) {
  const { t } = useTranslation();
  const phase = useAudience((state) => state.phase);
  const ended = useAudience((state) => state.ended);
  if (phase === 'idle' || phase === 'connecting')
    return (
      <Middle>
        <LoaderCircle size={24} className="animate-spin" aria-hidden />
        {t('audience.connecting')}
      </Middle>
    );
  if (phase === 'elsewhere') return <Middle>{t('audience.elsewhere')}</Middle>;
  const isReplaced = ended?.code === 'REPLACED';
  return (
    <Middle>
      {isReplaced ? t('audience.replaced') : errorText(t, new LianmaiError(ended?.code ?? 'INTERNAL'))}
      {ended?.code !== 'REMOVED' && (
        <Button onClick={() => void actions.attendHere()}>{t(isReplaced ? 'audience.useHere' : 'common.tryAgain')}</Button>
      )}
    </Middle>
  );
}

const Middle = ({ children }: { children: ReactNode }) => (
  <div role="status" className="flex h-full flex-col items-center justify-center gap-4 p-6 text-center text-base text-fg-2">
    {children}
  </div>
);
