import type { Role } from '@lianmai/protocol';

interface Arrival {
  room: string;
  name: string;
  role: Role;
}

/** Somebody who was let in on the watch page, on the way to the room in this tab. */
let arriving: Arrival | null = null;

export const expectArrival = (arrival: Arrival): void => void (arriving = arrival);
export const forgetArrival = (): void => void (arriving = null);
export const expectedArrival = (room: string): Arrival | null => (arriving?.room === room ? arriving : null);
