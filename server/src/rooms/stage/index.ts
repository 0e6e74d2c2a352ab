/**
 * A room's stage. `stageRules` is the pure reducer (seats, backstage, requests, invitations, the host), RoomStage keeps its state and tells
 * everybody, and `stageSources` is what the program can show of it.
 */
export { RoomStage, type RoomStageOptions } from './RoomStage.js';
export { stageSources } from './stageSources.js';
