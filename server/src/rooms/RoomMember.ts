import { randomUUID } from 'node:crypto';
import {
  effectiveGrants,
  type EffectiveGrants,
  type EventData,
  type EventName,
  type Identity,
  type JoinClaims,
  type ParticipantId,
  type Role,
} from '@lianmai/protocol';
import type { Place } from '../authorisation/index.js';
import type { ClientChannel } from './contract.js';

/** Everybody in a room: its participants, and the people in its audience. */
export abstract class RoomMember {
  abstract readonly kind: 'person' | 'stream' | 'attendee';
  /** The page; null while there is no connection, and always for a stream. */
  abstract readonly channel: ClientChannel | null;
  readonly id: ParticipantId;
  readonly identity: Identity;
  readonly joinedAtMs = Date.now();
  /** Written by the room, which has the stage. */
  place: Place = 'audience';
  /** Written by the room: this is its host, by their token or because somebody handed the room over. */
  runsRoom = false;
  isCoHost = false;
  #claims: JoinClaims;
  #grants: EffectiveGrants;

  constructor(claims: JoinClaims, id = randomUUID() as ParticipantId) {
    this.id = id;
    this.identity = claims.sub;
    this.#claims = claims;
    this.#grants = effectiveGrants(claims.grants);
  }

  /** Those of the token; who runs the room may moderate and go live as well. */
  get grants(): EffectiveGrants {
    return this.runsRoom ? { ...this.#grants, moderate: true, live: true } : this.#grants;
  }

  /** Those of the token alone. */
  get tokenGrants(): EffectiveGrants {
    return this.#grants;
  }

  get name(): string {
    return this.#claims.name;
  }

  /** The role in the token; `role` is the role that they have now. */
  get grantedRole(): Role {
    return this.#claims.grants.role;
  }

  get onStage(): boolean {
    return this.place === 'stage';
  }

  /** By their token, or because they run the room. */
  get isHost(): boolean {
    return this.runsRoom || this.grantedRole === 'host';
  }

  /** Everyone off stage is audience, hosts included; a host keeps the right to moderate. */
  get role(): Role {
    if (!this.onStage) return 'viewer';
    return this.runsRoom ? 'host' : 'guest';
  }

  send<N extends EventName>(name: N, data: EventData<N>): void {
    this.channel?.send(name, data);
  }

  protected setClaims(claims: JoinClaims): void {
    this.#claims = claims;
    this.#grants = effectiveGrants(claims.grants);
  }
}
