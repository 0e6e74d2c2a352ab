import { randomBytes, randomUUID } from 'node:crypto';
import {
  effectiveGrants,
  LianmaiError,
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
import { isSame } from '../authorisation/index.js';
import type { ClientChannel, ParticipantMedia } from './contract.js';
import { PageMedia } from './PageMedia.js';

/** One person in a room, over the life of several connections and peers. */
export class Participant {
  readonly id = randomUUID() as ParticipantId;
  readonly identity: Identity;
  readonly joinedAtMs = Date.now();
  readonly media: ParticipantMedia;
  /** A stream that has taken a seat; null: a person. */
  readonly stream: StreamRef | null;
  #claims: JoinClaims;
  #grants: EffectiveGrants;
  #resumeSecret = newSecret();
  #channel: ClientChannel | null = null;
  /** Kept by the room, which has the stage. */
  onStage = false;
  quality: ConnectionQuality = 'excellent';

  constructor(claims: JoinClaims, makeMedia: (participant: Participant) => ParticipantMedia, stream: StreamRef | null = null) {
    this.identity = claims.sub;
    this.#claims = claims;
    this.#grants = effectiveGrants(claims.grants);
    this.stream = stream;
    this.media = makeMedia(this);
  }

  /** The media of their page: WRONG_STATE for a stream, which has none. */
  get pageMedia(): PageMedia {
    if (this.media instanceof PageMedia) return this.media;
    throw new LianmaiError('WRONG_STATE', undefined, { message: 'This is a stream, not a person.' });
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

  get channel(): ClientChannel | null {
    return this.#channel;
  }

  get resumeSecret(): string {
    return this.#resumeSecret;
  }

  isResumeSecret(secret: string): boolean {
    return isSame(secret, this.#resumeSecret);
  }

  send<N extends EventName>(name: N, data: EventData<N>): void {
    this.#channel?.send(name, data);
  }

  /** A connection stands for this participant from now on; an earlier one is told and hung up. */
  attach(channel: ClientChannel, claims: JoinClaims): void {
    const earlier = this.#channel;
    this.#channel = channel;
    this.#claims = claims;
    this.#grants = effectiveGrants(claims.grants);
    if (earlier !== channel)
      earlier?.disconnect({ code: 'REPLACED', message: 'You joined from another tab or device, which took over this seat.' });
  }

  detach(): void {
    this.#channel = null;
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
      presence: this.#isPresent ? 'connected' : 'reconnecting',
      quality: this.quality,
      joinedAtMs: this.joinedAtMs,
      producers: [...this.media.producers],
      ...(this.stream && { stream: this.stream }),
    };
  }

  get #isPresent(): boolean {
    return this.stream ? this.media.producers.length > 0 : this.#channel !== null;
  }
}

const newSecret = () => randomBytes(24).toString('base64url');
