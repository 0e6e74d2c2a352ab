import { randomBytes } from 'node:crypto';
import type { JoinClaims, ParticipantId } from '@lianmai/protocol';
import { isSame } from '../authorisation/index.js';
import type { ClientChannel } from './contract.js';
import type { PageMedia } from './PageMedia.js';
import { ParticipantBase } from './ParticipantBase.js';

/** A person in a room. Connections and media peers may be replaced under them. */
export class Person extends ParticipantBase {
  readonly kind = 'person';
  readonly stream = null;
  readonly media: PageMedia;
  #resumeSecret = newSecret();
  #channel: ClientChannel | null = null;

  /** `id`: the one that they had in an earlier server process. */
  constructor(claims: JoinClaims, makeMedia: (person: Person) => PageMedia, id?: ParticipantId) {
    super(claims, id);
    this.media = makeMedia(this);
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

  /** Makes this connection the person's. An earlier one is told so and disconnected. */
  attach(channel: ClientChannel, claims: JoinClaims): void {
    const earlier = this.#channel;
    this.#channel = channel;
    this.setClaims(claims);
    if (earlier !== channel)
      earlier?.disconnect({ code: 'REPLACED', message: 'You joined from another tab or device, which took over this seat.' });
  }

  detach(): void {
    this.#channel = null;
  }

  /** Keeps the earlier page from coming back by itself after another page has taken over. */
  renewResumeSecret(): void {
    this.#resumeSecret = newSecret();
  }

  protected get isPresent(): boolean {
    return this.#channel !== null;
  }
}

const newSecret = () => randomBytes(24).toString('base64url');
