/**
 * A room's program as the server sees it: which bridge runs it, which tracks are tapped for it, its scene, its outputs. The media itself never passes
 * through here. RoomProgram knows the current Program; ProgramSupervisor keeps it running when a bridge is lost; a ProgramRun is the program on one
 * bridge. What a bridge announces reaches the room in one line of calls: ProgramRun → Program → RoomProgram's `changed`.
 */
export type * from './contract.js';
export { createPrograms, type CreateProgramsOptions } from './createPrograms.js';
export { ProgramIntents, type KeptChatRules, type KeptMessage, type ProgramIntent } from './intents/index.js';
export { AssetStore, type AssetInfo, type AssetLimits } from './AssetStore.js';
export type { ProgramLimits } from './ProgramAdmission.js';
