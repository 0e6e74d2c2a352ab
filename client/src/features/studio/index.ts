/** The host's side of a room: what the audience sees, where it goes, and how healthy it is. */
export { GoLiveButton } from './GoLiveButton';
export { HealthStrip } from './HealthStrip';
export { SceneStyle } from './SceneStyle';
export { OutputsPanel } from './OutputsPanel';
export { ProgramPreview } from './ProgramPreview';
export { LayoutBar } from './LayoutBar';
export { StageStrip } from './StageStrip';
