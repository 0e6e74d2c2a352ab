import type { JoinClaims, ParticipantId, StreamRef } from '@lianmai/protocol';
import { ParticipantBase } from './ParticipantBase.js';
import type { StreamMedia } from './StreamMedia.js';

/** A stream on stage or backstage. It has no page and leaves the room when it is taken down. */
export class StreamGuest extends ParticipantBase {
  readonly kind = 'stream';
  readonly channel = null;
  readonly stream: StreamRef;
  readonly media: StreamMedia;

  /** `id`: the one that it had in an earlier server process. */
  constructor(claims: JoinClaims, stream: StreamRef, makeMedia: (guest: StreamGuest) => StreamMedia, id?: ParticipantId) {
    super(claims, id);
    this.stream = stream;
    this.media = makeMedia(this);
  }

  protected get isPresent(): boolean {
    return this.media.producers.length > 0;
  }
}
