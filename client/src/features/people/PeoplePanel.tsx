import type { ParticipantInfo } from '@lianmai/protocol';
import { ChevronDown, ChevronRight } from 'lucide-react';
import { Suspense, useMemo, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { lazyPart, placeOf, useSelf } from '../../bindings';
import { useRoom } from '../../state';
import { Badge, Button, testIds } from '../../ui';
import { Backstage } from './Backstage';
import { PersonRow } from './PersonRow';
import { RequestList } from './RequestList';
import { SeatStreamButton } from './SeatStreamButton';

const SeatList = lazyPart(() => import('./SeatList'));
const AudienceList = lazyPart(() => import('./AudienceList'));

interface PeoplePanelProps {
  /** The studio shows requests and backstage above, in panels of their own. */
  withRequests?: boolean;
}

/** Requests, people backstage and on stage, and the audience. */
export function PeoplePanel({ withRequests = true }: PeoplePanelProps) {
  const { t } = useTranslation();
  const self = useSelf();
  const participants = useRoom((room) => room.participants);
  const requests = useRoom((room) => room.stage?.requests.length ?? 0);
  const seatLimit = useRoom((room) => room.stage?.seats.length ?? 0);
  const isModerator = self?.isModerator === true;
  const mayAnswer = isModerator || self?.isCoHost === true;
  const { onStage, backstage, audience } = useMemo(() => {
    const all = Object.values(participants);
    const isIn = (place: string) => all.filter((one) => placeOf(one) === place);
    return { onStage: isIn('stage'), backstage: isIn('backstage'), audience: isIn('audience') };
  }, [participants]);
  return (
    <div className="h-full overflow-y-auto pb-2" data-testid={testIds.peopleDrawer}>
      {withRequests && mayAnswer && (
        <Section
          title={t('people.requests')}
          count={requests > 0 ? <Badge count={requests} data-testid={testIds.requestCount} /> : <Count value={0} />}
        >
          {requests === 0 && <p className="px-4 pb-2 text-fg-3">{t('people.noRequests')}</p>}
          <RequestList />
        </Section>
      )}
      {withRequests && isModerator && (
        <Section title={t('backstage.title')} count={<Count value={backstage.length} />}>
          <Backstage />
        </Section>
      )}
      {!isModerator && backstage.length > 0 && (
        <Section title={t('backstage.title')} count={<Count value={backstage.length} />}>
          <People people={backstage} />
        </Section>
      )}
      <Section title={t(isModerator ? 'seats.title' : 'people.onStage')} count={<Count value={onStage.length} of={seatLimit} />}>
        {isModerator ? <SeatList /> : <People people={onStage} />}
        {isModerator && (
          <div className="px-2">
            <SeatStreamButton />
          </div>
        )}
      </Section>
      {isModerator && <WatchingSection />}
      <Section title={t('people.audience')} count={<Count value={audience.length} />}>
        {audience.length === 0 ? <p className="px-4 pb-2 text-fg-3">{t('people.noAudience')}</p> : <People people={audience} />}
      </Section>
    </div>
  );
}

/** People on the watch page are listed on demand: there may be thousands. */
function WatchingSection() {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  return (
    <section aria-label={t('people.watching')} className="px-2">
      <Button
        size="sm"
        variant="ghost"
        aria-expanded={isOpen}
        icon={isOpen ? <ChevronDown size={18} aria-hidden /> : <ChevronRight size={18} aria-hidden />}
        onClick={() => setOpen(!isOpen)}
        data-testid={testIds.audienceList}
      >
        {t('people.watching')}
      </Button>
      {isOpen && (
        <Suspense>
          <AudienceList />
        </Suspense>
      )}
    </section>
  );
}

const People = ({ people }: { people: readonly ParticipantInfo[] }) => (
  <ul className="px-2">
    {people.map((participant) => (
      <PersonRow key={participant.id} participant={participant} />
    ))}
  </ul>
);

const Count = ({ value, of }: { value: number; of?: number }) => (
  <span className="tabular text-sm text-fg-3">{of ? `${value} / ${of}` : value}</span>
);

function Section({ title, count, children }: { title: string; count: ReactNode; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <h3 className="flex min-h-10 items-center justify-between px-4 pt-2 text-sm font-semibold">
        {title}
        {count}
      </h3>
      {children}
    </section>
  );
}
