/** The routes, and the features that make up each page. */
export { Routes } from './Routes';
