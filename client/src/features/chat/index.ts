/** The chat of a room. */
export { ChatPanel } from './ChatPanel';
export { useUnread } from './useUnread';
