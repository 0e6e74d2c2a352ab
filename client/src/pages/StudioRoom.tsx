import { useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ChatPanel, useUnread } from '../features/chat';
import { Dock, type DrawerName } from '../features/controls';
import { InviteCard, watchLink } from '../features/invite';
import { Backstage, PeoplePanel, RequestList } from '../features/people';
import { HostAway, MediaBlocked, MediaInterrupted, ProgramRestarting, ReconnectingCover, SoundBlocked, TopBar } from '../features/room';
import { GoLiveButton, HealthStrip, SceneStyle, OutputsPanel, ProgramPreview, LayoutBar, StageStrip } from '../features/studio';
import { useRoom } from '../state';
import { Badge, cx, Panel, Tabs, testIds, useMediaQuery, type Tab } from '../ui';
import { RoomOverlays } from './RoomOverlays';

type Width = 'wide' | 'medium' | 'narrow';

function useWidth(): Width {
  const isWide = useMediaQuery('(min-width: 1280px)');
  const isMedium = useMediaQuery('(min-width: 800px)');
  return isWide ? 'wide' : isMedium ? 'medium' : 'narrow';
}

/** The host's room: requests and people, the program with its controls, outputs and chat. Three columns, two, or one with tabs. */
export function StudioRoom({ room, onLeave }: { room: string; onLeave: () => void }) {
  const width = useWidth();
  const [isInviting, setInviting] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const [tab, setTab] = useState('outputs');
  const [arePeopleShown, setPeopleShown] = useState(true);
  const unread = useUnread(tab === 'chat');
  const requests = useRoom((state) => state.stage?.requests.length ?? 0);
  const backstage = useRoom((state) => state.stage?.backstage.length ?? 0);
  const waiting = requests + backstage;
  const panels = useRef<HTMLDivElement>(null);
  const isChatOpen = tab === 'chat';
  const toggle = (drawer: DrawerName) => {
    if (drawer === 'people' && width === 'wide') setPeopleShown(!arePeopleShown);
    else setTab(tab === drawer ? 'outputs' : drawer);
    if (width === 'narrow') panels.current?.scrollIntoView({ block: 'start' });
  };
  const open: DrawerName | null = isChatOpen ? 'chat' : (width === 'wide' ? arePeopleShown : tab === 'people') ? 'people' : null;
  const tabs = useTabs({ room, withPeople: width !== 'wide', unread, requests });
  const side = <Tabs {...tabs} value={tabs.tabs.some((one) => one.id === tab) ? tab : 'outputs'} onChange={setTab} />;
  return (
    <div className="flex h-dvh flex-col bg-bg" data-testid={testIds.studio}>
      <TopBar onInvite={() => setInviting(true)} end={<GoLiveButton />} />
      <div className={COLUMNS[width]}>
        {width === 'wide' && (arePeopleShown || waiting > 0) && <PeopleColumn withPeople={arePeopleShown} requests={requests} />}
        <Centre room={room} isNarrow={width === 'narrow'} />
        <div ref={panels} className={SIDES[width]}>
          {side}
        </div>
      </div>
      <Dock
        drawers={{ open, toggle, unread: isChatOpen ? 0 : unread }}
        onInvite={() => setInviting(true)}
        onAsk={() => setAsking(true)}
        onLeave={onLeave}
      />
      <RoomOverlays
        room={room}
        isInviting={isInviting}
        isAsking={isAsking}
        onInviteClose={() => setInviting(false)}
        onAskClose={() => setAsking(false)}
      />
    </div>
  );
}

const COLUMNS: Record<Width, string> = {
  wide: 'flex min-h-0 flex-1 gap-2 px-2',
  medium: 'flex min-h-0 flex-1 gap-2 px-2',
  narrow: 'flex min-h-0 flex-1 flex-col gap-2 overflow-y-auto px-2',
};
const SIDES: Record<Width, string> = {
  wide: 'flex w-84 shrink-0 *:min-w-0 *:flex-1',
  medium: 'flex w-80 shrink-0 *:min-w-0 *:flex-1',
  narrow: 'flex min-h-96 shrink-0 *:min-w-0 *:flex-1',
};

function Centre({ room, isNarrow }: { room: string; isNarrow: boolean }) {
  const isAlone = useRoom((state) => Object.keys(state.participants).length === 1);
  const mayStandBeside = !isAlone && !isNarrow;
  return (
    <main className={cx('relative flex flex-col gap-2', isNarrow ? 'shrink-0' : 'min-w-0 flex-1 overflow-hidden')}>
      <HostAway />
      <div className={cx('flex flex-col gap-2', !isNarrow && 'min-h-0 flex-1', mayStandBeside && 'short:flex-row')}>
        <div className={cx('flex flex-col', isNarrow ? 'h-64' : 'min-h-0 min-w-0 flex-1')}>
          <ProgramPreview />
        </div>
        <div className={cx('flex min-h-0 min-w-0 shrink-0 gap-2', isNarrow && 'flex-col', mayStandBeside && 'short:w-40 short:flex-col')}>
          <StageStrip mayStandBeside={mayStandBeside} />
          {isAlone && (
            <div className="min-h-44 min-w-0 flex-1 rounded-lg">
              <InviteCard room={room} />
            </div>
          )}
        </div>
      </div>
      <LayoutBar />
      <HealthStrip />
      <ReconnectingCover />
      <MediaBlocked />
      <MediaInterrupted />
      <ProgramRestarting />
      <SoundBlocked />
    </main>
  );
}

function PeopleColumn({ withPeople, requests }: { withPeople: boolean; requests: number }) {
  const { t } = useTranslation();
  return (
    <div className="flex w-68 shrink-0 flex-col gap-2" data-testid={testIds.peopleDrawer}>
      <Panel
        title={t('people.requests')}
        aside={requests > 0 && <Count value={requests} />}
        className="max-h-1/3 shrink-0"
        bodyClassName="overflow-y-auto"
      >
        {requests === 0 && <p className="px-4 pb-3 text-fg-3">{t('people.noRequests')}</p>}
        <RequestList />
      </Panel>
      <Panel title={t('backstage.title')} className="max-h-1/3 shrink-0" bodyClassName="overflow-y-auto">
        <Backstage />
      </Panel>
      {withPeople && (
        <Panel className="flex-1 overflow-hidden" bodyClassName="overflow-hidden">
          <PeoplePanel withRequests={false} />
        </Panel>
      )}
    </div>
  );
}

const Count = ({ value }: { value: number }) => (
  <span className="pr-2">
    <Badge count={value} data-testid={testIds.requestCount} />
  </span>
);

interface TabsOptions {
  room: string;
  withPeople: boolean;
  unread: number;
  requests: number;
}

function useTabs({ room, withPeople, unread, requests }: TabsOptions): { tabs: Tab[]; label: string } {
  const { t } = useTranslation();
  const make = (id: string, label: string, content: ReactNode, rest: Partial<Tab> = {}): Tab => ({ id, label, content, ...rest });
  const tabs = [
    make('outputs', t('outputs.title'), <OutputsPanel watchLink={watchLink(room)} />),
    make('chat', t('chat.title'), <ChatPanel />, { badge: unread, isKept: true }),
    make('style', t('studio.sceneStyle'), <SceneStyle />),
  ];
  if (withPeople) tabs.splice(1, 0, make('people', t('studio.people'), <PeoplePanel />, { badge: requests }));
  return { tabs, label: t('studio.tabs') };
}
