import type { Log } from '@lianmai/kit';
import { LianmaiError, type ParticipantId } from '@lianmai/protocol';
import type { MediaPeer } from '../sfu/index.js';
import type { Participant } from './Participant.js';
import type { Person } from './Person.js';
import type { Room } from './Room.js';

/** Relays media events of the room to its participants. */
export function wireMedia(room: Room, log: Log): void {
  const { media, participants } = room;
  const isOnStage = (id: ParticipantId) => participants.find(id)?.onStage === true;
  media.on('activeSpeakerChanged', (id) =>
    participants.broadcast('activeSpeakerChanged', { participantId: id !== null && isOnStage(id) ? id : null }),
  );
  media.on('speakersChanged', (levels) => {
    const isModerator = ({ grants }: Participant) => grants.moderate;
    const onStage = [...levels].filter(([id]) => isOnStage(id));
    participants.broadcastVolatile('speakersChanged', { levels: Object.fromEntries(levels) }, isModerator);
    participants.broadcastVolatile('speakersChanged', { levels: Object.fromEntries(onStage) }, (one) => !isModerator(one));
  });
  media.on('peersLost', (ids) => {
    log.warn({ participants: ids.length }, 'media worker lost; restoring its participants');
    for (const id of ids) void restorePeer(room, id, log);
  });
}

/** Moves a participant to another worker: makes a new peer and asks the page for new transports. */
async function restorePeer(room: Room, id: ParticipantId, log: Log): Promise<void> {
  const participant = room.participants.find(id);
  if (participant?.kind !== 'person') return;
  try {
    await participant.media.replacePeer();
    participant.send('mediaReset', {});
  } catch (error) {
    if (!room.participants.has(participant)) return;
    log.error({ err: error, participant: id }, 'no media worker took this participant');
    const { channel } = participant;
    room.leave(participant, 'lost');
    channel?.disconnect(new LianmaiError('INTERNAL').toWire());
  }
}

/** Relays one peer's events to its participant and to the room. */
export function wirePeer(room: Room, person: Person, peer: MediaPeer): void {
  peer.on('consumerClosed', (event) => person.send('consumerClosed', event));
  peer.on('consumerPausedChanged', (event) => person.send('consumerPausedChanged', event));
  peer.on('producerClosed', (id) => person.media.forgetProducer(id));
  peer.on('qualityChanged', (quality) => {
    person.quality = quality;
    room.participants.broadcast('qualityChanged', { participantId: person.id, quality });
  });
}
