export { posterRoutes, type PosterParts } from './routes.js';
