/** The operator's page of streams: create them, copy their URLs, see who is live and who watches, and disconnect clients. */
export { Streams } from './Streams';
