/** Coming on stage: asking, waiting in line, and answering an invitation, each after seeing and hearing yourself. */
export { AskDialog } from './AskDialog';
export { InvitationDialog } from './InvitationDialog';
export { RequestLine } from './RequestLine';
