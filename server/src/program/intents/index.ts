export { ProgramIntent } from './ProgramIntent.js';
export { ProgramIntents } from './ProgramIntents.js';
