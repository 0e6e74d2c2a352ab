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

/** One participant in a room, across several connections and peers. */
export class Participant {
  readonly id = randomUUID() as ParticipantId;
  readonly identity: Identity;
  readonly joinedAtMs = Date.now();
  readonly media: ParticipantMedia;
  /** The stream that holds this seat; null for a person. */
  readonly stream: StreamRef | null;
  #claims: JoinClaims;
  #grants: EffectiveGrants;
  #resumeSecret = newSecret();
  #channel: ClientChannel | null = null;
  /** Set by the room, which owns the stage. */
  onStage = false;
  quality: ConnectionQuality = 'excellent';

  constructor(claims: JoinClaims, makeMedia: (participant: Participant) => ParticipantMedia, stream: StreamRef | null = null) {
    this.identity = claims.sub;
    this.#claims = claims;
    this.#grants = effectiveGrants(claims.grants);
    this.stream = stream;
    this.media = makeMedia(this);
  }

  /** Media of the participant's page. Throws WRONG_STATE for a stream, which has no page. */
  get pageMedia(): PageMedia {
    if (this.media instanceof PageMedia) return this.media;
    throw new LianmaiError('WRONG_STATE', undefined, { message: 'This participant is a stream, and only a person can do this.' });
  }

  get grants(): EffectiveGrants {
    return this.#grants;
  }

  get name(): string {
    return this.#claims.name;
  }

  /** The role in the token; `role` is the current one. */
  get grantedRole(): Role {
    return this.#claims.grants.role;
  }

  get isHost(): boolean {
    return this.grantedRole === 'host';
  }

  /** Everyone off stage is a viewer, hosts included, but keeps the right to moderate. */
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

  /** Connects a new page to this participant. The previous page is told and disconnected. */
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

  /** Bars the previous page from resuming after another one has taken over. */
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
