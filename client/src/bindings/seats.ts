import { HOST_SEAT, seatOf, type ParticipantId, type SeatNumber, type StageSnapshot } from '@lianmai/protocol';

type Seats = Pick<StageSnapshot, 'seats'>;

/** Seats that a guest could take now, in order. */
export const freeSeats = ({ seats }: Seats): SeatNumber[] =>
  seats.filter((seat) => seat.number !== HOST_SEAT && !seat.isLocked && !seat.occupant).map(({ number }) => number);

/** The place in the queue, from 1. null: not in it. */
export function placeInLine({ requests }: Pick<StageSnapshot, 'requests'>, who: ParticipantId | null): number | null {
  const index = requests.findIndex(({ participantId }) => participantId === who);
  return index < 0 ? null : index + 1;
}

/**
 * Seats that somebody on stage can move to. Seat 1 stays the host's, so the host exchanges with nobody. `mayDisplace`: a moderator moves
 * them, and whoever sits there gets their seat.
 */
export function seatsToMoveTo(stage: Pick<StageSnapshot, 'seats' | 'host'>, who: ParticipantId, mayDisplace: boolean): SeatNumber[] {
  const from = seatOf(stage, who);
  if (!from) return [];
  const isHost = stage.host === who;
  const isOpen = (number: SeatNumber) => isHost || number !== HOST_SEAT;
  const canLeaveTo = (occupant: unknown) => occupant === null || (mayDisplace && from.number !== HOST_SEAT);
  return stage.seats
    .filter((seat) => seat !== from && !seat.isLocked && isOpen(seat.number) && canLeaveTo(seat.occupant))
    .map(({ number }) => number);
}

/** The seat that a moderator's drop on `seat` leads to. null: it leads nowhere. */
export function dropSeat(stage: Pick<StageSnapshot, 'seats' | 'host'>, who: ParticipantId, seat: SeatNumber | null): SeatNumber | null {
  return seat !== null && seatsToMoveTo(stage, who, true).includes(seat) ? seat : null;
}

/** The next seat up (-1) or down (1) that somebody can move to, for the keyboard. */
export function nextSeat(stage: Pick<StageSnapshot, 'seats' | 'host'>, who: ParticipantId, direction: -1 | 1): SeatNumber | null {
  const from = seatOf(stage, who)?.number ?? 0;
  const seats = seatsToMoveTo(stage, who, true);
  return (direction > 0 ? seats.find((one) => one > from) : seats.findLast((one) => one < from)) ?? null;
}

/** Seats can be taken away from the end until one that is taken; one always stays. */
export const canRemoveSeat = ({ seats }: Seats): boolean => seats.length > 1 && seats.at(-1)?.occupant === null;
