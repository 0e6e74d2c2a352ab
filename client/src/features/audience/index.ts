/** The audience on the watch page: a name, and the way to the stage. */
export { NameDialog } from './NameDialog';
export { StageNewsLine } from './StageNewsLine';
export { StageWay } from './StageWay';
