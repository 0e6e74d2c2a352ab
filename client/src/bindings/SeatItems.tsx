import { HOST_SEAT, seatOf, type ParticipantId, type ParticipantInfo, type Seat } from '@lianmai/protocol';
import { Crown, Lock, LockOpen, Mic, MicOff, ShieldCheck, ShieldOff } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useRoom } from '../state';
import { MenuItem, MenuNumbers, testIds } from '../ui';
import { useActions, useRunWithToast } from './RoomProvider';
import { freeSeats, seatsToMoveTo } from './seats';

/** Moves somebody on stage to another seat. Nothing for those who have none. */
export function MoveItems({ participantId: id, mayDisplace }: { participantId: ParticipantId; mayDisplace: boolean }) {
  const { t } = useTranslation();
  const actions = useActions();
  const run = useRunWithToast();
  const stage = useRoom((room) => room.stage);
  return (
    <MenuNumbers
      label={t('seats.moveTo')}
      numbers={stage ? seatsToMoveTo(stage, id, mayDisplace) : []}
      nameOf={(seat) => t('seats.moveToSeat', { seat })}
      onSelect={(seat) => run(actions.moveSeat(id, seat))}
    />
  );
}

/** Brings somebody who is backstage on air, on a seat of the moderator's choice. */
export function BringItems({ participantId: id }: { participantId: ParticipantId }) {
  const { t } = useTranslation();
  const actions = useActions();
  const run = useRunWithToast();
  const stage = useRoom((room) => room.stage);
  return (
    <MenuNumbers
      label={t('seats.bringTo')}
      numbers={stage ? freeSeats(stage) : []}
      nameOf={(seat) => t('seats.bringToSeat', { seat })}
      onSelect={(seat) => run(actions.bringOnAir(id, seat))}
    />
  );
}

/** Locks of one seat: the seat itself while it is empty, and its microphone. */
export function SeatLockItems({ seat: { number, isLocked, isMicrophoneLocked, occupant } }: { seat: Seat }) {
  const { t } = useTranslation();
  const actions = useActions();
  const run = useRunWithToast();
  return (
    <>
      {occupant === null && number !== HOST_SEAT && (
        <MenuItem
          icon={isLocked ? <LockOpen size={18} /> : <Lock size={18} />}
          onSelect={() => run(actions.setSeat(number, { isLocked: !isLocked }))}
          data-testid={testIds.lockSeat}
        >
          {t(isLocked ? 'seats.unlock' : 'seats.lock')}
        </MenuItem>
      )}
      <MenuItem
        icon={isMicrophoneLocked ? <Mic size={18} /> : <MicOff size={18} />}
        onSelect={() => run(actions.setSeat(number, { isMicrophoneLocked: !isMicrophoneLocked }))}
        data-testid={testIds.lockMicrophone}
      >
        {t(isMicrophoneLocked ? 'seats.unlockMic' : 'seats.lockMic')}
      </MenuItem>
    </>
  );
}

/** A moderator's choices about the seat of somebody on stage. */
export function SeatItems({ participantId: id }: { participantId: ParticipantId }) {
  const seat = useRoom(({ stage }) => stage && seatOf(stage, id));
  if (!seat) return null;
  return (
    <>
      <SeatLockItems seat={seat} />
      <MoveItems participantId={id} mayDisplace />
    </>
  );
}

/** The host alone appoints co-hosts, and hands the room over. */
export function HostItems({ participant: { id, isCoHost }, onHandOver }: { participant: ParticipantInfo; onHandOver: () => void }) {
  const { t } = useTranslation();
  const actions = useActions();
  const run = useRunWithToast();
  return (
    <>
      <MenuItem
        icon={isCoHost ? <ShieldOff size={18} /> : <ShieldCheck size={18} />}
        onSelect={() => run(actions.setCoHost(id, !isCoHost))}
        data-testid={testIds.coHost}
      >
        {t(isCoHost ? 'host.endCoHost' : 'host.makeCoHost')}
      </MenuItem>
      <MenuItem icon={<Crown size={18} />} onSelect={onHandOver} data-testid={testIds.handOver}>
        {t('host.handOver')}
      </MenuItem>
    </>
  );
}
