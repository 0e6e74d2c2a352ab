/** The chat of a room and its rules. The reducer in `chatRules.ts` decides; RoomChat tells people. */
export { RoomChat } from './RoomChat.js';
