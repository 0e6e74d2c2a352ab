import type { ParticipantId, SeatNumber, StageSnapshot } from '@lianmai/protocol';
import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent, type RefObject } from 'react';
import { dropSeat, nextSeat, useActions, useRunWithToast } from '../../bindings';

interface DragNow {
  who: ParticipantId;
  /** The seat under the pointer. */
  over: SeatNumber | null;
  /** How far the pointer has come, CSS pixels. */
  offsetPx: number;
}

export interface SeatDrag {
  /** null: nothing is dragged. */
  now: DragNow | null;
  /** For the handle of somebody on a seat: pointer, or arrow keys. */
  handlersOf: (who: string) => object;
}

/** Moves people between seats by dragging a handle, or with the arrow keys on it. */
export function useSeatDrag(stage: StageSnapshot, list: RefObject<HTMLElement | null>): SeatDrag {
  const actions = useActions();
  const run = useRunWithToast();
  const [now, setNow] = useState<DragNow | null>(null);
  const startPx = useRef(0);
  const focusNext = useRef<ParticipantId | null>(null);
  useEffect(() => {
    const who = focusNext.current;
    if (!who) return;
    focusNext.current = null;
    list.current?.querySelector<HTMLElement>(`[data-handle="${CSS.escape(who)}"]`)?.focus();
  }, [stage, list]);

  const move = (who: ParticipantId, seat: SeatNumber | null) => {
    if (seat !== null) run(actions.moveSeat(who, seat));
  };
  const handlersOf = (id: string) => {
    const who = id as ParticipantId;
    return {
      onPointerDown: (event: PointerEvent) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        startPx.current = event.clientY;
        setNow({ who, over: null, offsetPx: 0 });
      },
      onPointerMove: (event: PointerEvent) => {
        if (now) setNow({ who, over: seatAt(event), offsetPx: event.clientY - startPx.current });
      },
      onPointerUp: (event: PointerEvent) => {
        if (now) move(who, dropSeat(stage, who, seatAt(event)));
        setNow(null);
      },
      onPointerCancel: () => setNow(null),
      onKeyDown: (event: KeyboardEvent) => {
        if (event.key === 'Escape') setNow(null);
        if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
        event.preventDefault();
        focusNext.current = who;
        move(who, nextSeat(stage, who, event.key === 'ArrowUp' ? -1 : 1));
      },
    };
  };
  return { now, handlersOf };
}

/** The seat under the pointer, other than the dragged row itself. */
function seatAt({ clientX, clientY, currentTarget }: PointerEvent): SeatNumber | null {
  const own = currentTarget.closest('[data-seat]');
  const rows = document.elementsFromPoint(clientX, clientY).map((element) => element.closest('[data-seat]'));
  const row = rows.find((one) => one !== null && one !== own);
  return row ? Number(row.getAttribute('data-seat')) : null;
}
