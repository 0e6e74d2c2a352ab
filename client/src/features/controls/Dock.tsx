import { Hand, LogOut, MessageSquare, Mic, MicOff, MonitorUp, MonitorX, Users, Video, VideoOff } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isMicrophoneLocked, lazyPart, useActions, useRunWithToast, useSelf, useToasts } from '../../bindings';
import { useRoom } from '../../state';
import { DockButton, testIds, useHotkeys } from '../../ui';
import { MoreMenu } from './MoreMenu';
import { DeviceSettingsDialog } from './DeviceSettingsDialog';
import { LeaveDialog } from './LeaveDialog';

const StageSettingsDialog = lazyPart(() => import('./StageSettingsDialog'));

export type DrawerName = 'people' | 'chat';

interface DockProps {
  /** null: the page has no drawers to toggle (wide studio). */
  drawers: { open: DrawerName | null; toggle: (drawer: DrawerName) => void; unread: number } | null;
  onInvite: () => void;
  /** Opens the dialog that asks to come on stage. */
  onAsk: () => void;
  onLeave: () => void;
}

const ICON = { size: 22, 'aria-hidden': true } as const;

export function Dock({ drawers, onInvite, onAsk, onLeave }: DockProps) {
  const { t } = useTranslation();
  const [isSettingsOpen, setSettingsOpen] = useState(false);
  const [isStageSettingsOpen, setStageSettingsOpen] = useState(false);
  const [isLeaving, setLeaving] = useState(false);
  const self = useSelf();
  const isLive = useRoom((room) => room.program?.state === 'live' || room.program?.state === 'starting');
  const requests = useRoom((room) => room.stage?.requests.length ?? 0);
  const leave = () => (self?.canLive && isLive ? setLeaving(true) : onLeave());
  useHotkeys({
    P: drawers ? () => drawers.toggle('people') : undefined,
    C: drawers ? () => drawers.toggle('chat') : undefined,
    I: onInvite,
  });
  return (
    <nav
      aria-label={t('dock.label')}
      className="flex items-start justify-center gap-0.5 px-1 pt-2 pb-[max(8px,env(safe-area-inset-bottom))] sm:gap-2"
    >
      {self && (self.onStage || self.isBackstage) ? <StageControls /> : <AudienceControls onAsk={onAsk} />}
      {drawers && (
        <>
          <span aria-hidden className="mx-1 hidden h-10 w-px self-start bg-line sm:block" />
          <DockButton
            icon={<Users {...ICON} />}
            label={t('dock.people')}
            action={drawers.open === 'people' ? t('dock.hidePeople') : t('dock.showPeople')}
            hotkey="P"
            tone={drawers.open === 'people' ? 'active' : 'plain'}
            badge={self?.isModerator || self?.isCoHost ? requests : 0}
            aria-expanded={drawers.open === 'people'}
            onClick={() => drawers.toggle('people')}
            data-testid={testIds.togglePeople}
          />
          <DockButton
            icon={<MessageSquare {...ICON} />}
            label={t('dock.chat')}
            action={drawers.open === 'chat' ? t('dock.hideChat') : t('dock.showChat')}
            hotkey="C"
            tone={drawers.open === 'chat' ? 'active' : 'plain'}
            badge={drawers.unread}
            aria-expanded={drawers.open === 'chat'}
            onClick={() => drawers.toggle('chat')}
            data-testid={testIds.toggleChat}
          />
        </>
      )}
      <MoreMenu onSettings={() => setSettingsOpen(true)} onStageSettings={() => setStageSettingsOpen(true)} onInvite={onInvite} />
      <DockButton
        icon={<LogOut {...ICON} />}
        label={t('dock.leave')}
        action={t('dock.leaveRoom')}
        onClick={leave}
        data-testid={testIds.leave}
      />
      <DeviceSettingsDialog isOpen={isSettingsOpen} onClose={() => setSettingsOpen(false)} />
      {isStageSettingsOpen && <StageSettingsDialog onClose={() => setStageSettingsOpen(false)} />}
      <LeaveDialog isOpen={isLeaving} onClose={() => setLeaving(false)} onLeave={onLeave} />
    </nav>
  );
}

function StageControls() {
  const { t } = useTranslation();
  const actions = useActions();
  const run = useRunWithToast();
  const toasts = useToasts();
  const local = useRoom((room) => room.local);
  const mic = { ...local.microphone, isOn: local.microphone.state === 'on' };
  const camera = { ...local.camera, isOn: local.camera.state === 'on' };
  const isSharing = local.screen.state === 'on' || local.screen.state === 'muted';
  const isMicLocked = useRoom((room) => room.selfId !== null && isMicrophoneLocked(room, room.selfId));
  // The button stays in reach, so that a click or the keyboard tells the reason.
  const toggleMic = () => (isMicLocked ? toasts.show(t('notice.microphoneLocked')) : run(actions.setMic(!mic.isOn)));
  const toggleCamera = () => run(actions.setCamera(!camera.isOn));
  const toggleScreen = () => run(actions.setScreen(!isSharing));
  const canShare = typeof navigator.mediaDevices?.getDisplayMedia === 'function';
  useHotkeys({ M: toggleMic, V: toggleCamera, S: canShare ? toggleScreen : undefined });
  return (
    <>
      <DockButton
        icon={mic.isOn && !isMicLocked ? <Mic {...ICON} /> : <MicOff {...ICON} />}
        label={t(isMicLocked ? 'seats.micLockedShort' : 'dock.mic')}
        action={
          isMicLocked
            ? t('notice.microphoneLocked')
            : mic.problem
              ? t(`device.microphone.${mic.problem}`)
              : mic.isOn
                ? t('dock.muteMic')
                : t('dock.unmuteMic')
        }
        hotkey="M"
        tone={isMicLocked || mic.isOn ? 'plain' : 'off'}
        aria-disabled={isMicLocked}
        hasProblem={mic.state === 'failed'}
        aria-pressed={mic.isOn && !isMicLocked}
        disabled={mic.state === 'starting'}
        onClick={toggleMic}
        data-testid={testIds.toggleMic}
      />
      <DockButton
        icon={camera.isOn ? <Video {...ICON} /> : <VideoOff {...ICON} />}
        label={t('dock.camera')}
        action={camera.problem ? t(`device.camera.${camera.problem}`) : camera.isOn ? t('dock.stopCamera') : t('dock.startCamera')}
        hotkey="V"
        tone={camera.isOn ? 'plain' : 'off'}
        hasProblem={camera.state === 'failed'}
        aria-pressed={camera.isOn}
        disabled={camera.state === 'starting'}
        onClick={toggleCamera}
        data-testid={testIds.toggleCamera}
      />
      {canShare && (
        <DockButton
          icon={isSharing ? <MonitorX {...ICON} /> : <MonitorUp {...ICON} />}
          label={isSharing ? t('dock.stopShare') : t('dock.share')}
          action={isSharing ? t('dock.stopSharing') : t('dock.startSharing')}
          hotkey="S"
          tone={isSharing ? 'active' : 'plain'}
          aria-pressed={isSharing}
          disabled={local.screen.state === 'starting'}
          onClick={toggleScreen}
          data-testid={testIds.toggleScreen}
        />
      )}
    </>
  );
}

/** Viewers can do one thing: ask to come on stage, or change what they asked. */
function AudienceControls({ onAsk }: { onAsk: () => void }) {
  const { t } = useTranslation();
  const self = useSelf();
  const hasAsked = useRoom((room) => room.stage?.requests.some((one) => one.participantId === room.selfId) ?? false);
  const isStageClosed = useRoom(({ stage }) => stage?.settings.requestsFrom === 'nobody' && stage.settings.policy !== 'open');
  const isClosed = isStageClosed && !self?.isModerator && !hasAsked;
  return (
    <DockButton
      icon={<Hand {...ICON} />}
      label={hasAsked ? t('dock.asked') : t('dock.ask')}
      action={isClosed ? t('comeUp.closed') : hasAsked ? t('comeUp.changeTitle') : t('dock.requestStage')}
      tone={hasAsked ? 'active' : 'plain'}
      disabled={isClosed}
      title={isClosed ? t('comeUp.closed') : undefined}
      onClick={onAsk}
      data-testid={testIds.requestStage}
      isWide
    />
  );
}
