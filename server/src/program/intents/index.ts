export { KEPT_MESSAGES, ProgramIntent } from './ProgramIntent.js';
export { ProgramIntents } from './ProgramIntents.js';
