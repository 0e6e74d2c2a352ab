import { LianmaiError } from '@lianmai/protocol';
import type { MediaPeer } from '../sfu/index.js';
import type { Participant } from './Participant.js';
import type { Participants } from './Participants.js';
import type { Person } from './Person.js';

/** Media of people backstage goes to moderators alone, whatever a page asks for. */

export type ConsumeRequest = Parameters<MediaPeer['consume']>[0];

/** Throws FORBIDDEN if the track belongs to somebody whom this viewer may not see. */
export async function consumeVisible(viewer: Person, request: ConsumeRequest, participants: Participants) {
  const peer = await viewer.media.peer();
  // It starts paused, so nothing is sent before the check, which sees the place that the owner has by now.
  const consumer = await peer.consume(request);
  const owner = participants.find(consumer.participantId);
  if (!owner || owner.isVisibleTo(viewer)) return consumer;
  peer.closeConsumer(consumer.consumerId);
  throw new LianmaiError('FORBIDDEN', undefined, { message: 'This person is backstage: only moderators see and hear them.' });
}

/** Stops sending somebody's tracks to those who may not see them any more. */
export function hideFromAudience(participant: Participant, participants: Participants): void {
  for (const viewer of participants) {
    if (viewer.kind !== 'person' || participant.isVisibleTo(viewer)) continue;
    // A peer that failed sends nothing.
    viewer.media.peer().then(
      (peer) => peer.closeConsumersOf(participant.id),
      () => undefined,
    );
  }
}
