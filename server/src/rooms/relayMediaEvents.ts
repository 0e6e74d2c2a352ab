import type { Log } from '@lianmai/kit';
import { LianmaiError, type ParticipantId } from '@lianmai/protocol';
import type { MediaPeer } from '../sfu/index.js';
import type { Participant } from './Participant.js';
import type { Room } from './Room.js';

/** What the room's media has to say goes on to the people. */
export function wireMedia(room: Room, log: Log): void {
  const { media, participants } = room;
  media.on('activeSpeakerChanged', (participantId) => participants.broadcast('activeSpeakerChanged', { participantId }));
  media.on('speakersChanged', (levels) => participants.broadcastVolatile('speakersChanged', { levels: Object.fromEntries(levels) }));
  media.on('peersLost', (ids) => {
    log.warn({ participants: ids.length }, 'media worker lost; taking its people in again');
    for (const id of ids) void restorePeer(room, id, log);
  });
}

/** The call goes on at another worker: a new peer, and the page is asked for new transports. */
async function restorePeer(room: Room, id: ParticipantId, log: Log): Promise<void> {
  const participant = room.participants.find(id);
  if (!participant) return;
  try {
    await participant.pageMedia.replacePeer();
    participant.send('mediaReset', {});
  } catch (error) {
    if (!room.participants.has(participant)) return;
    log.error({ err: error, participant: id }, 'no media worker took this participant in');
    const { channel } = participant;
    room.leave(participant, 'lost');
    channel?.disconnect(new LianmaiError('INTERNAL').toWire());
  }
}

/** What one peer has to say, to its participant or about them. */
export function wirePeer(room: Room, participant: Participant, peer: MediaPeer): void {
  peer.on('consumerClosed', (event) => participant.send('consumerClosed', event));
  peer.on('consumerPausedChanged', (event) => participant.send('consumerPausedChanged', event));
  peer.on('producerClosed', (id) => participant.pageMedia.forgetProducer(id));
  peer.on('qualityChanged', (quality) => {
    participant.quality = quality;
    room.participants.broadcast('qualityChanged', { participantId: participant.id, quality });
  });
}
