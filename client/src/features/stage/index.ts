/** Everyone on stage, as large as the window allows. */
export { Stage } from './Stage';
