import { sourceIdOf, type AudienceEntry, type AudiencePage, type ParticipantId } from '@lianmai/protocol';
import { ArrowUpFromLine } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useActions, useRunWithToast } from '../../bindings';
import { errorText } from '../../i18n';
import { Avatar, Button, IconButton, testIds, TextField } from '../../ui';

const TYPING_PAUSE_MS = 300;
/** People come and go, and nobody tells the room of each. */
const REFRESH_MS = 5000;

/** People who watch on the watch page, a page at a time, to search and to invite. */
export default function AudienceList() {
  const { t, i18n } = useTranslation();
  const [search, setSearch] = useState('');
  const { people, total, next, error, more, refresh } = usePages(search);
  return (
    <div className="flex flex-col gap-2 px-2 pb-2">
      <TextField
        label={t('people.searchWatching')}
        type="search"
        value={search}
        maxLength={64}
        onChange={(event) => setSearch(event.target.value)}
        data-testid={testIds.audienceSearch}
      />
      {error !== null && <p role="alert">{errorText(t, error)}</p>}
      <p role="status" className="text-sm text-fg-3">
        {total !== null && t('people.watchingCount', { count: total, value: new Intl.NumberFormat(i18n.language).format(total) })}
      </p>
      <ul>
        {people.map((entry) => (
          <Watcher key={entry.participantId} entry={entry} onInvited={refresh} />
        ))}
      </ul>
      {next && (
        <Button size="sm" onClick={more}>
          {t('people.moreWatching')}
        </Button>
      )}
    </div>
  );
}

function Watcher({ entry: { participantId, name, isAsking, isInvited }, onInvited }: { entry: AudienceEntry; onInvited: () => void }) {
  const { t } = useTranslation();
  const actions = useActions();
  const run = useRunWithToast();
  const note = isInvited ? t('people.invited') : isAsking ? t('people.asking') : null;
  return (
    <li className="flex min-h-12 items-center gap-3">
      <Avatar name={name} id={sourceIdOf(participantId, 'camera')} className="size-8" />
      <span className="min-w-0 flex-1">
        <span className="block truncate">
          <bdi>{name}</bdi>
        </span>
        {note && <span className="block truncate text-fg-3">{note}</span>}
      </span>
      {!isInvited && (
        <IconButton
          label={t('people.inviteName', { name })}
          icon={<ArrowUpFromLine size={18} />}
          onClick={() => run(actions.invite(participantId).then(onInvited))}
        />
      )}
    </li>
  );
}

/** The pages that have been asked for so far. The first one is kept fresh. */
function usePages(search: string) {
  const actions = useActions();
  const [first, setFirst] = useState<AudiencePage | null>(null);
  const [later, setLater] = useState<AudiencePage[]>([]);
  const [error, setError] = useState<unknown>(null);
  const [turn, setTurn] = useState(0);
  useEffect(() => setLater([]), [search]);
  useEffect(() => {
    let isCurrent = true;
    const ask = () =>
      actions.listAudience({ search: search.trim() }).then(
        (page) => {
          if (!isCurrent) return;
          setFirst(page);
          setError(null);
        },
        (thrown: unknown) => isCurrent && setError(thrown),
      );
    const soon = setTimeout(() => void ask(), search === '' ? 0 : TYPING_PAUSE_MS);
    const timer = setInterval(() => void ask(), REFRESH_MS);
    return () => {
      isCurrent = false;
      clearTimeout(soon);
      clearInterval(timer);
    };
  }, [actions, search, turn]);
  const last = later.at(-1) ?? first;
  const ids = new Set<ParticipantId>();
  const people = [first, ...later]
    .flatMap((page) => page?.people ?? [])
    .filter(({ participantId }) => !ids.has(participantId) && ids.add(participantId));
  const more = () => {
    if (!last?.next) return;
    actions.listAudience({ search: search.trim(), after: last.next }).then((page) => setLater((pages) => [...pages, page]), setError);
  };
  return { people, total: first?.total ?? null, next: last?.next ?? null, error, more, refresh: () => setTurn((n) => n + 1) };
}
