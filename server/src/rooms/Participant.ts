import { randomBytes, randomUUID } from 'node:crypto';
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
} from '@lianmai/protocol';
import { isSame } from '../access/index.js';
import type { Link } from './contract.js';
import type { ParticipantMedia } from './ParticipantMedia.js';

/** One person in a room, over the life of several connections and peers. */
export class Participant {
  readonly id = randomUUID() as ParticipantId;
  readonly identity: Identity;
  readonly joinedAtMs = Date.now();
  readonly media: ParticipantMedia;
  #claims: JoinClaims;
  #grants: EffectiveGrants;
  #resumeSecret = newSecret();
  #link: Link | null = null;
  /** Kept by the room, which has the stage. */
  onStage = false;
  quality: ConnectionQuality = 'excellent';

  constructor(claims: JoinClaims, makeMedia: (participant: Participant) => ParticipantMedia) {
    this.identity = claims.sub;
    this.#claims = claims;
    this.#grants = effectiveGrants(claims.grants);
    this.media = makeMedia(this);
  }

  get grants(): EffectiveGrants {
    return this.#grants;
  }

  get name(): string {
    return this.#claims.name;
  }

  /** What the token says; `role` is what they are now. */
  get grantedRole(): Role {
    return this.#claims.grants.role;
  }

  get isHost(): boolean {
    return this.grantedRole === 'host';
  }

  /** Who is not on stage is audience, hosts included; their right to moderate stays. */
  get role(): Role {
    if (!this.onStage) return 'viewer';
    return this.isHost ? 'host' : 'guest';
  }

  get link(): Link | null {
    return this.#link;
  }

  get resumeSecret(): string {
    return this.#resumeSecret;
  }

  isResumeSecret(secret: string): boolean {
    return isSame(secret, this.#resumeSecret);
  }

  send<N extends EventName>(name: N, data: EventData<N>): void {
    this.#link?.send(name, data);
  }

  /** A connection stands for this participant from now on; an earlier one is told and hung up. */
  attach(link: Link, claims: JoinClaims): void {
    const earlier = this.#link;
    this.#link = link;
    this.#claims = claims;
    this.#grants = effectiveGrants(claims.grants);
    if (earlier !== link)
      earlier?.disconnect({ code: 'REPLACED', message: 'You joined from another tab or device, which took over this seat.' });
  }

  detach(): void {
    this.#link = null;
  }

  /** Another page takes over: the earlier one cannot come back by itself. */
  renewResumeSecret(): void {
    this.#resumeSecret = newSecret();
  }

  info(): ParticipantInfo {
    return {
      id: this.id,
      name: this.name,
      role: this.role,
      isModerator: this.#grants.moderate,
      canLive: this.#grants.live,
      onStage: this.onStage,
      presence: this.#link ? 'connected' : 'reconnecting',
      quality: this.quality,
      joinedAtMs: this.joinedAtMs,
      producers: [...this.media.producers],
    };
  }
}

const newSecret = () => randomBytes(24).toString('base64url');
