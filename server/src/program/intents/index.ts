export type { KeptChatRules, KeptMessage } from './KeptChat.js';
export { KEPT_MESSAGES, ProgramIntent } from './ProgramIntent.js';
export { ProgramIntents, type ProgramIntentsEvents } from './ProgramIntents.js';
