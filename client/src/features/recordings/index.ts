/** The operator's page of recordings: list, play, download and delete. */
export { Recordings } from './Recordings';
