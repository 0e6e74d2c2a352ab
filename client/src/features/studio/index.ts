/** The host's side of a room: what the audience sees, where it goes, and how healthy it is. */
export { Backstage } from './Backstage';
export { GoLive } from './GoLive';
export { Health } from './Health';
export { Look } from './Look';
export { Outputs } from './Outputs';
export { Program } from './Program';
export { SceneBar } from './SceneBar';
export { StageStrip } from './StageStrip';
