import { randomUUID } from 'node:crypto';
import {
  effectiveGrants,
  type ConnectionQuality,
  type EffectiveGrants,
  type EventData,
  type EventName,
  type Identity,
  type JoinClaims,
  type ParticipantId,
  type ParticipantInfo,
  type Role,
  type StreamRef,
} from '@lianmai/protocol';
import type { Place } from '../authorisation/index.js';
import type { ClientChannel, ParticipantMedia } from './contract.js';

/** The part that a person and a stream in a room share. */
export abstract class ParticipantBase {
  abstract readonly kind: 'person' | 'stream';
  abstract readonly media: ParticipantMedia;
  /** The page; null while there is no connection, and always for a stream. */
  abstract readonly channel: ClientChannel | null;
  /** null for a person. */
  abstract readonly stream: StreamRef | null;
  readonly id: ParticipantId;
  readonly identity: Identity;
  readonly joinedAtMs = Date.now();
  /** Written by the room, which has the stage. */
  place: Place = 'audience';
  /** Written by the room: this is its host, by their token or because somebody handed the room over. */
  runsRoom = false;
  isCoHost = false;
  quality: ConnectionQuality = 'excellent';
  #claims: JoinClaims;
  #grants: EffectiveGrants;

  constructor(claims: JoinClaims, id = randomUUID() as ParticipantId) {
    this.id = id;
    this.identity = claims.sub;
    this.#claims = claims;
    this.#grants = effectiveGrants(claims.grants);
  }

  protected abstract get isPresent(): boolean;

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

  /** Whether this viewer may see and hear them: backstage, only moderators and they themselves. */
  isVisibleTo(viewer: ParticipantBase): boolean {
    return this.place !== 'backstage' || viewer === this || viewer.grants.moderate;
  }

  send<N extends EventName>(name: N, data: EventData<N>): void {
    this.channel?.send(name, data);
  }

  info(): ParticipantInfo {
    return {
      id: this.id,
      name: this.name,
      role: this.role,
      isHost: this.runsRoom,
      isCoHost: this.isCoHost,
      isModerator: this.grants.moderate,
      canLive: this.grants.live,
      onStage: this.onStage,
      isBackstage: this.place === 'backstage',
      presence: this.isPresent ? 'connected' : 'reconnecting',
      quality: this.quality,
      joinedAtMs: this.joinedAtMs,
      producers: [...this.media.producers],
      ...(this.stream && { stream: this.stream }),
    };
  }

  infoFor(viewer: ParticipantBase): ParticipantInfo {
    return this.isVisibleTo(viewer) ? this.info() : { ...this.info(), producers: [] };
  }

  protected setClaims(claims: JoinClaims): void {
    this.#claims = claims;
    this.#grants = effectiveGrants(claims.grants);
  }
}
