/** The operator's page of recordings: what there is, play, download, delete. */
export { Recordings } from './Recordings';
