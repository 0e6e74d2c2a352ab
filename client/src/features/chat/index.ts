/** What people write to each other in a room. */
export { ChatPanel } from './ChatPanel';
export { useUnread } from './useUnread';
