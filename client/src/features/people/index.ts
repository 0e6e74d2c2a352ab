/** Who is here: requests for the stage, people on stage, the audience; streams that may come up. */
export { PeoplePanel } from './PeoplePanel';
export { RequestList } from './RequestList';
export { SeatStreamButton } from './SeatStreamButton';
