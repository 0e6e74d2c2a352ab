export { flvRoutes, type FlvOptions } from './routes.js';
