import type { CoreReservation } from './contract.js';

/** Weight of the latest figure in the average, so that a second of heavy work does not count for long. */
const WEIGHT = 0.1;

/** The cores of a bridge that are set aside for its programs. */
export class CoreReservations {
  readonly #all = new Set<{ estimate: number; average: number; isShort: boolean }>();

  get total(): number {
    let total = 0;
    for (const { estimate, average } of this.#all) total += Math.max(estimate, average);
    return total;
  }

  /** Whether a program gets fewer cores than it needs. */
  get isShort(): boolean {
    return [...this.#all].some(({ isShort }) => isShort);
  }

  reserve(estimate: number): CoreReservation {
    const reservation = { estimate, average: estimate, isShort: false };
    this.#all.add(reservation);
    return {
      measured: (cores, isShort) => {
        reservation.isShort = isShort;
        reservation.average += WEIGHT * (cores - reservation.average);
      },
      release: () => void this.#all.delete(reservation),
    };
  }
}
