import type { Log } from '@lianmai/kit';
import { Identity, LianmaiError, streamKey, type JoinClaims, type RoomId, type StreamRef } from '@lianmai/protocol';
import type { RoomMedia } from '../sfu/index.js';
import type { OpenStreamFeed } from './contract.js';
import { StreamGuest } from './StreamGuest.js';
import type { Participants } from './Participants.js';
import type { RoomStage } from './RoomStage.js';
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
    const { roomId: room, participants, stage, log } = this.#options;
    const sub = Identity.parse(`stream:${streamKey(stream)}`);
    const existing = participants.all.find((one): one is StreamGuest => one.kind === 'stream' && one.identity === sub);
    if (existing) {
      stage.run({ type: 'bringOnAir', who: existing.id });
      return existing;
    }
    const { seats, seatLimit } = stage.snapshot;
    if (seats.length >= seatLimit) throw new LianmaiError('STAGE_FULL');
    const claims: JoinClaims = {
      sub,
      name: title,
      exp: 0,
      aud: 'lianmai:join',
      grants: { room, role: 'guest', publish: ['camera', 'microphone'], subscribe: false },
    };
    const participant = new StreamGuest(claims, stream, (self) => this.#mediaOf(self));
    participants.add(participant);
    participants.announce('participantJoined', participant);
    stage.run({ type: 'arrive', who: participant.id, wants: 'seat' });
    log.info({ participant: participant.id, stream: sub }, 'stream seated');
    return participant;
  }

  #mediaOf(self: StreamGuest): StreamMedia {
    const { media, openStreamFeed, onChanged, log } = this.#options;
    return new StreamMedia({ participantId: self.id, stream: self.stream, media, openStreamFeed, onChanged: () => onChanged(self), log });
  }
}
