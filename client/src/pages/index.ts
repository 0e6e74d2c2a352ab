/** Addresses, and which features make up the page behind each of them. */
export { Routes } from './Routes';
