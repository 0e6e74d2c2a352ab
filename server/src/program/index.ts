/**
 * A room's program, seen from the server: which bridge runs it, which tracks are tapped for it, the scene and its version, the outputs. The media
 * itself never passes here. RoomProgram tells the story; it survives a lost socket, a dead bridge and a dead media worker.
 */
export type * from './contract.js';
export { createPrograms, type CreateProgramsOptions } from './createPrograms.js';
export { AssetStore } from './AssetStore.js';
