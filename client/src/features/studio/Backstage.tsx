import { sourceIdOf } from '@lianmai/protocol';
import { Eye } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useStageSources } from '../../bindings';
import { Avatar, Button, StreamMark } from '../../ui';
import { useScene } from './programDraft';

/** Sources on stage that the host keeps out of picture and sound. */
export function Backstage() {
  const { t } = useTranslation();
  const { scene, setScene } = useScene();
  const waiting = useStageSources().filter((source) => scene.hidden.includes(source.id));
  if (waiting.length === 0) return <p className="px-4 pb-3 text-fg-3">{t('studio.noBackstage')}</p>;
  return (
    <ul className="px-2 pb-2">
      {waiting.map((source) => (
        <li key={source.id} className="flex min-h-12 items-center gap-3 px-2">
          {source.stream ? (
            <StreamMark label={t('people.stream')} />
          ) : (
            <Avatar name={source.name} id={sourceIdOf(source.participantId, 'camera')} className="size-8" />
          )}
          <span className="min-w-0 flex-1 truncate">
            <bdi>{source.kind === 'screen' ? t('room.screenOf', { name: source.name }) : source.name}</bdi>
          </span>
          <Button
            size="sm"
            icon={<Eye size={16} aria-hidden />}
            aria-label={t('strip.show', { name: source.name })}
            onClick={() => setScene({ hidden: scene.hidden.filter((id) => id !== source.id) })}
          >
            {t('studio.takeIn')}
          </Button>
        </li>
      ))}
    </ul>
  );
}
