import type { Handlers } from '../contract.js';

export const chat: Handlers<'sendChat'> = {
  sendChat: ({ room, participant }, data) => room.say(participant, data),
};
