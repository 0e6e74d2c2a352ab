/** The people in the room: stage requests, people backstage and on stage, the audience, and streams that may be seated. */
export { Backstage } from './Backstage';
export { PeoplePanel } from './PeoplePanel';
export { RequestList } from './RequestList';
