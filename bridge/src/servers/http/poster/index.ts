export { posterRoutes, type PosterParts } from './posterRoutes.js';
