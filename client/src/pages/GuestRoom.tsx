import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSelf } from '../bindings';
import { ChatPanel, useUnread } from '../features/chat';
import { RequestLine } from '../features/comeUp';
import { Dock, type DrawerName } from '../features/controls';
import { InviteCard } from '../features/invite';
import { PeoplePanel } from '../features/people';
import {
  BackstageNotice,
  HostAway,
  MediaBlocked,
  MediaInterrupted,
  ProgramRestarting,
  ReconnectingCover,
  SoundBlocked,
  TopBar,
} from '../features/room';
import { Stage } from '../features/stage';
import { useRoom } from '../state';
import { EmptyState, testIds } from '../ui';
import { Drawer } from './Drawer';
import { RoomOverlays } from './RoomOverlays';

/** The room as guests and viewers see it: the stage, and what they need around it. */
export function GuestRoom({ room, onLeave }: { room: string; onLeave: () => void }) {
  const { t } = useTranslation();
  const [drawer, setDrawer] = useState<DrawerName | null>(null);
  const [isInviting, setInviting] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const unread = useUnread(drawer === 'chat');
  const self = useSelf();
  const isAlone = useRoom((state) => Object.keys(state.participants).length === 1) && self?.onStage === true;
  const toggle = (name: DrawerName) => setDrawer((open) => (open === name ? null : name));
  const close = () => setDrawer(null);
  return (
    <div className="flex h-dvh flex-col bg-bg" data-testid={testIds.room}>
      <TopBar onInvite={() => setInviting(true)} />
      <div className="relative flex min-h-0 flex-1 gap-2 px-2">
        <main className="relative flex min-w-0 flex-1 flex-col gap-2 overflow-hidden rounded-lg">
          <BackstageNotice />
          <HostAway />
          <RequestLine onChange={() => setAsking(true)} />
          <div className="min-h-0 flex-1">
            <Stage
              extra={isAlone ? <InviteCard room={room} /> : null}
              empty={<EmptyState title={t('room.emptyTitle')}>{t('room.emptyText')}</EmptyState>}
            />
          </div>
          <ReconnectingCover />
          <MediaBlocked />
          <MediaInterrupted />
          <ProgramRestarting />
          <SoundBlocked />
        </main>
        {drawer === 'people' && (
          <Drawer title={t('dock.people')} onClose={close}>
            <PeoplePanel />
          </Drawer>
        )}
        {drawer === 'chat' && (
          <Drawer title={t('chat.title')} onClose={close}>
            <ChatPanel />
          </Drawer>
        )}
      </div>
      <Dock drawers={{ open: drawer, toggle, unread }} onInvite={() => setInviting(true)} onAsk={() => setAsking(true)} onLeave={onLeave} />
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
