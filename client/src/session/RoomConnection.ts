import type { ParticipantId, RequestReply } from '@lianmai/protocol';
import { Connection } from './Connection';
import type { Request } from './SignallingSocket';

export type JoinReply = RequestReply<'join'>;

interface ResumeInfo {
  participantId: ParticipantId;
  secret: string;
}

interface RoomConnectionOptions extends Omit<ConstructorParameters<typeof Connection<JoinReply>>[0], 'enter' | 'onEntered'> {
  /** Resumes this participant after a page reload. */
  resume: ResumeInfo | null;
  onJoined: (reply: JoinReply, clockOffsetMs: number) => void;
}

/** A participant's connection: joins, and after a loss resumes the same participant. */
export class RoomConnection extends Connection<JoinReply> {
  readonly #place: { resume: ResumeInfo | null; media: 'keep' | 'fresh' };

  constructor({ resume, onJoined, ...options }: RoomConnectionOptions) {
    const place: { resume: ResumeInfo | null; media: 'keep' | 'fresh' } = { resume, media: 'fresh' };
    const enter = (request: Request) => request('join', place.resume ? { resume: { ...place.resume, media: place.media } } : {});
    const onEntered = (reply: JoinReply, clockOffsetMs: number) => {
      place.resume = { participantId: reply.participantId, secret: reply.resumeSecret };
      place.media = 'keep';
      onJoined(reply, clockOffsetMs);
    };
    super({ ...options, enter, onEntered });
    this.#place = place;
  }

  /** There are no transports left to keep, so the next resume asks for new ones. */
  forgetMedia(): void {
    this.#place.media = 'fresh';
  }
}
