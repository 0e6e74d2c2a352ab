import type { Handlers } from '../contract.js';

export const chat: Handlers<'sendChat' | 'deleteChat' | 'pinChat' | 'muteChat' | 'unmuteChat' | 'setChat'> = {
  sendChat: ({ room, member }, data) => room.chat.say(member, data),
  deleteChat: ({ room, member }, data) => {
    room.chat.delete(member, data);
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
