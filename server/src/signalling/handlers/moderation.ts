import type { Handlers } from '../contract.js';

export const moderation: Handlers<'muteParticipant' | 'askToUnmute' | 'removeParticipant' | 'lockRoom'> = {
  muteParticipant: async ({ room, participant }, data) => {
    await room.moderation.mute(participant, data);
    return {};
  },
  askToUnmute: async ({ room, participant }, { participantId }) => {
    await room.moderation.askToUnmute(participant, participantId);
    return {};
  },
  removeParticipant: ({ room, participant }, { participantId }) => {
    room.moderation.remove(participant, participantId);
    return {};
  },
  lockRoom: ({ room }, { locked }) => {
    room.moderation.lock(locked);
    return {};
  },
};
