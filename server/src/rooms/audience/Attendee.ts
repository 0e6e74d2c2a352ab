import type { JoinClaims, OwnStage } from '@lianmai/protocol';
import type { ClientChannel } from '../contract.js';
import { RoomMember } from '../RoomMember.js';

/** A person in the audience: a connection without media. Whoever is let in joins as a participant of the same id. */
export class Attendee extends RoomMember {
  readonly kind = 'attendee';
  #channel: ClientChannel | null = null;
  #told: string | null = null;

  get channel(): ClientChannel | null {
    return this.#channel;
  }

  /** Makes this connection the person's. An earlier one is told so and disconnected. */
  attach(channel: ClientChannel, claims: JoinClaims): void {
    const earlier = this.#channel;
    this.#channel = channel;
    this.setClaims(claims);
    if (earlier && earlier !== channel)
      earlier.disconnect({ code: 'REPLACED', message: 'You watch this room in another tab or on another device now.' });
  }

  detach(): void {
    this.#channel = null;
  }

  /** Sends their way to the stage, unless they know it. */
  tell(own: OwnStage): void {
    const told = JSON.stringify(own);
    if (told === this.#told) return;
    this.#told = told;
    this.send('ownStageChanged', own);
  }

  /** They have it from a snapshot. */
  knows(own: OwnStage): void {
    this.#told = JSON.stringify(own);
  }
}
