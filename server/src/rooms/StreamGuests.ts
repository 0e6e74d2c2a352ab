import type { Log } from '@lianmai/kit';
import {
  hasFreeSeat,
  Identity,
  LianmaiError,
  streamKey,
  type JoinClaims,
  type PublishSource,
  type RoomId,
  type StreamRef,
} from '@lianmai/protocol';
import type { StreamOnAir } from '../program/index.js';
import type { RoomMedia } from '../sfu/index.js';
import type { OpenStreamFeed } from './contract.js';
import { StreamGuest } from './StreamGuest.js';
import type { Participants } from './Participants.js';
import type { RoomStage } from './stage/index.js';
import { StreamMedia } from './StreamMedia.js';

export interface StreamGuestsOptions {
  roomId: RoomId;
  participants: Participants;
  stage: RoomStage;
  media: RoomMedia;
  openStreamFeed: OpenStreamFeed;
  /** The participant's tracks have changed. */
  onChanged: (guest: StreamGuest) => void;
  log: Log;
}

/** Hub streams on a room's stage. Each is a participant without a page, in the room only while on stage or backstage. */
export class StreamGuests {
  readonly #options: StreamGuestsOptions;

  constructor(options: StreamGuestsOptions) {
    this.#options = options;
  }

  /** Seats a stream like a guest, or returns the participant that it already has. Throws STAGE_FULL. */
  seat(stream: StreamRef, title: string): StreamGuest {
    const { participants, stage } = this.#options;
    const identity = identityOf(stream);
    const existing = participants.all.find((one): one is StreamGuest => one.kind === 'stream' && one.identity === identity);
    if (existing) {
      stage.run({ type: 'bringOnAir', who: existing.id });
      return existing;
    }
    if (!this.#hasFreeSeat) throw new LianmaiError('STAGE_FULL');
    return this.#enter({ stream, title, muted: [], seat: null });
  }

  /** Those with a seat, for the next server process. */
  onAir(): StreamOnAir[] {
    const { stage } = this.#options;
    return stage.seated.flatMap((one) => {
      if (one.kind !== 'stream') return [];
      const seat = stage.seatNumberOf(one.id) ?? null;
      return [{ stream: one.stream, title: one.name, participantId: one.id, muted: one.media.muted, seat }];
    });
  }

  /** Seats the streams of an earlier server process; each comes when it is live. */
  seatAgain(streams: readonly StreamOnAir[]): void {
    for (const stream of streams) if (this.#hasFreeSeat) this.#enter(stream);
  }

  get #hasFreeSeat(): boolean {
    return hasFreeSeat(this.#options.stage.snapshot);
  }

  #enter({ stream, title, muted, participantId, seat }: Omit<StreamOnAir, 'participantId'> & Partial<StreamOnAir>): StreamGuest {
    const { roomId: room, participants, stage, log } = this.#options;
    const claims: JoinClaims = {
      sub: identityOf(stream),
      name: title,
      exp: 0,
      aud: 'lianmai:join',
      grants: { room, role: 'guest', publish: ['camera', 'microphone'], subscribe: false },
    };
    const participant = new StreamGuest(claims, stream, (self) => this.#mediaOf(self, muted), participantId);
    participants.add(participant);
    participants.announce('participantJoined', participant);
    stage.seatStream(participant, seat);
    log.info({ participant: participant.id, stream: participant.identity }, 'stream seated');
    return participant;
  }

  #mediaOf(self: StreamGuest, muted: readonly PublishSource[]): StreamMedia {
    const { media, openStreamFeed, onChanged, log } = this.#options;
    const onMediaChanged = () => onChanged(self);
    return new StreamMedia({ participantId: self.id, stream: self.stream, muted, media, openStreamFeed, onChanged: onMediaChanged, log });
  }
}

const identityOf = (stream: StreamRef): Identity => Identity.parse(`stream:${streamKey(stream)}`);
