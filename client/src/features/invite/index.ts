/** How others come in: the link, as text and as a QR code. */
export { InviteCard } from './InviteCard';
export { InviteDialog } from './InviteDialog';
export { watchLink } from './roomLinks';
