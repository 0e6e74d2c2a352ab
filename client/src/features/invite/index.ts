/** Invites others by link or QR code. */
export { InviteCard } from './InviteCard';
export { InviteDialog } from './InviteDialog';
export { watchLink } from './roomLinks';
