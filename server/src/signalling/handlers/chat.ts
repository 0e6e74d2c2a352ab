import type { Handlers } from '../contract.js';

export const chat: Handlers<'sendChat' | 'deleteChat' | 'pinChat' | 'muteChat' | 'unmuteChat' | 'setChat'> = {
  sendChat: ({ room, participant }, data) => room.chat.say(participant, data),
  deleteChat: ({ room, participant }, data) => {
    room.chat.delete(participant, data);
    return {};
  },
  pinChat: ({ room }, data) => {
    room.chat.pin(data);
    return {};
  },
  muteChat: ({ room, participant }, data) => {
    room.chat.mute(participant, data);
    return {};
  },
  unmuteChat: ({ room, participant }, data) => {
    room.chat.unmute(participant, data);
    return {};
  },
  setChat: ({ room }, data) => {
    room.chat.set(data);
    return {};
  },
};
