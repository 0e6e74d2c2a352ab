/** The people in the room: stage requests, people on stage, the audience, and streams that may be seated. */
export { PeoplePanel } from './PeoplePanel';
export { RequestList } from './RequestList';
export { SeatStreamButton } from './SeatStreamButton';
