import type { Log } from '@lianmai/kit';
import { LianmaiError, type ProducerId, type RequestData } from '@lianmai/protocol';
import { canPublish } from '../authorisation/index.js';
import type { Participant } from './Participant.js';
import type { ProduceRequest } from './PageMedia.js';
import type { Participants } from './Participants.js';
import type { Person } from './Person.js';
import type { RoomStage } from './stage/index.js';

/** Decides which tracks people may publish: those of their token while on stage or backstage, and no sound from a seat whose microphone is locked. */
export class Publishing {
  readonly #participants: Participants;
  readonly #stage: Pick<RoomStage, 'isMicrophoneLocked'>;
  readonly #log: Log;

  constructor(participants: Participants, stage: Pick<RoomStage, 'isMicrophoneLocked'>, log: Log) {
    this.#participants = participants;
    this.#stage = stage;
    this.#log = log;
  }

  /** On a seat whose microphone is locked, microphones start muted. */
  produce(participant: Person, request: ProduceRequest): Promise<ProducerId> {
    const { source } = request;
    const isAllowed = () => this.#participants.has(participant) && canPublish(participant, source);
    if (!isAllowed()) throw new LianmaiError('FORBIDDEN', { source });
    const isLocked = () => source === 'microphone' && this.#stage.isMicrophoneLocked(participant.id);
    return participant.media.produce({ ...request, paused: request.paused || isLocked() }, isAllowed).then((id) => {
      if (isLocked()) this.silence(participant);
      return id;
    });
  }

  /** Throws MICROPHONE_LOCKED. */
  async setPaused(participant: Person, { producerId, paused }: RequestData<'setProducerPaused'>): Promise<void> {
    const isLocked = () =>
      !paused && participant.media.producerOf('microphone')?.id === producerId && this.#stage.isMicrophoneLocked(participant.id);
    if (isLocked()) throw new LianmaiError('MICROPHONE_LOCKED');
    await participant.media.setProducerPaused(producerId, paused);
    // It may have been locked meanwhile.
    if (isLocked()) this.silence(participant);
  }

  /** Pauses the microphone and tells its owner. */
  silence({ media, id }: Participant): void {
    const microphone = media.producerOf('microphone');
    if (!microphone || microphone.paused) return;
    media.setProducerPaused(microphone.id, true).then(
      () => this.#participants.find(id)?.send('trackMuted', { source: 'microphone', by: null }),
      (error: unknown) => this.#log.warn({ err: error, participant: id }, 'muting failed'),
    );
  }
}
