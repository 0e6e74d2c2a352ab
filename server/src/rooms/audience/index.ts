/** The people who watch a room without its SFU: one light connection each, told together and seldom. */
export { Attendee } from './Attendee.js';
export { Audience, type GroupSend } from './Audience.js';
