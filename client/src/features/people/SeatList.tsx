import { HOST_SEAT, MAX_SEATS, type Seat, type StageSnapshot } from '@lianmai/protocol';
import { GripVertical, Lock, MicOff, Minus, MoreVertical, Plus } from 'lucide-react';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { canRemoveSeat, dropSeat, SeatLockItems, useActions, useRunWithToast } from '../../bindings';
import { useRoom } from '../../state';
import { Button, cx, IconButton, Menu, testIds } from '../../ui';
import { PersonRow } from './PersonRow';
import { useSeatDrag, type SeatDrag } from './useSeatDrag';

/** A moderator's view of the stage: each numbered seat with who sits there, its locks, and people moved by drag and drop. */
export default function SeatList() {
  const stage = useRoom((room) => room.stage);
  return stage && <Seats stage={stage} />;
}

function Seats({ stage }: { stage: StageSnapshot }) {
  const { t } = useTranslation();
  const list = useRef<HTMLUListElement>(null);
  const drag = useSeatDrag(stage, list);
  return (
    <>
      <ul ref={list} aria-label={t('seats.title')} className={cx('px-2', drag.now && 'cursor-grabbing select-none')}>
        {stage.seats.map((seat) => (
          <SeatRow key={seat.number} seat={seat} stage={stage} drag={drag} />
        ))}
      </ul>
      <SeatLimit stage={stage} />
    </>
  );
}

const stateOf = ({ occupant, isLocked }: Seat) => (occupant ? 'taken' : isLocked ? 'locked' : 'empty');

function SeatRow({ seat, stage, drag }: { seat: Seat; stage: StageSnapshot; drag: SeatDrag }) {
  const { number, occupant } = seat;
  const participant = useRoom((room) => (occupant ? room.participants[occupant.participantId] : undefined));
  const { now } = drag;
  const isDragged = now !== null && now.who === occupant?.participantId;
  const isTarget = now !== null && now.over === number && dropSeat(stage, now.who, number) !== null;
  return (
    <li
      data-testid={testIds.seat}
      data-seat={number}
      data-state={stateOf(seat)}
      style={isDragged ? { transform: `translateY(${now.offsetPx}px)` } : undefined}
      className={cx(
        'relative flex min-h-12 items-center rounded-md',
        isDragged && 'z-10 bg-surface-3 opacity-90',
        isTarget && 'bg-accent-soft outline-2 -outline-offset-2 outline-accent',
      )}
    >
      {participant ? (
        <>
          <Handle id={participant.id} name={participant.name} number={number} drag={drag} />
          <PersonRow participant={participant} isInSeat />
        </>
      ) : (
        <EmptySeat seat={seat} />
      )}
    </li>
  );
}

const NUMBER = 'tabular flex w-9 shrink-0 items-center justify-center self-stretch text-sm text-fg-3';

function Handle({ id, name, number, drag }: { id: string; name: string; number: number; drag: SeatDrag }) {
  const { t } = useTranslation();
  return (
    <button
      type="button"
      aria-label={`${t('seats.seat', { seat: number })}. ${t('seats.move', { name })}`}
      title={t('seats.move', { name })}
      data-handle={id}
      {...drag.handlersOf(id)}
      className={cx(NUMBER, 'cursor-grab touch-none rounded-md hover:bg-surface-2 hover:text-fg')}
    >
      <GripVertical size={14} aria-hidden />
      {number}
    </button>
  );
}

function EmptySeat({ seat }: { seat: Seat }) {
  const { t } = useTranslation();
  const { number, isLocked, isMicrophoneLocked } = seat;
  return (
    <>
      <span className={NUMBER}>{number}</span>
      <span className="flex min-w-0 flex-1 items-center gap-3 px-2 text-fg-3">
        <span
          aria-hidden
          className="flex size-8 shrink-0 items-center justify-center rounded-full border border-dashed border-line-strong text-fg-2"
        >
          {isLocked && <Lock size={16} />}
        </span>
        <span className="min-w-0 flex-1 truncate">{t(number === HOST_SEAT ? 'role.host' : isLocked ? 'seats.locked' : 'seats.empty')}</span>
        {isMicrophoneLocked && (
          <span role="img" aria-label={t('seats.micLocked')} title={t('seats.micLocked')} className="flex shrink-0 items-center text-fg-2">
            <MicOff size={16} aria-hidden />
            <Lock size={12} aria-hidden />
          </span>
        )}
        <Menu
          trigger={
            <IconButton label={t('seats.menu', { seat: number })} icon={<MoreVertical size={18} />} data-testid={testIds.seatMenu} />
          }
        >
          <SeatLockItems seat={seat} />
        </Menu>
      </span>
    </>
  );
}

/** Seats are added and removed at the end. */
function SeatLimit({ stage }: { stage: StageSnapshot }) {
  const { t } = useTranslation();
  const actions = useActions();
  const run = useRunWithToast();
  const count = stage.seats.length;
  return (
    <div className="flex gap-2 px-4 py-1">
      <Button
        size="sm"
        variant="ghost"
        icon={<Plus size={18} aria-hidden />}
        disabled={count >= MAX_SEATS}
        onClick={() => run(actions.setStage({ seatLimit: count + 1 }))}
        className="-ml-2"
        data-testid={testIds.addSeat}
      >
        {t('seats.add')}
      </Button>
      <span className="ml-auto">
        <IconButton
          label={t('seats.remove')}
          icon={<Minus size={18} />}
          disabled={!canRemoveSeat(stage)}
          onClick={() => run(actions.setStage({ seatLimit: count - 1 }))}
          data-testid={testIds.removeSeat}
        />
      </span>
    </div>
  );
}
