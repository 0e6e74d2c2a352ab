export { DvrStore, type DvrSegment } from './DvrStore.js';
export { diskFiles, type DvrFile, type DvrFiles } from './dvrFiles.js';
