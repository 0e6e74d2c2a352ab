/** Who is here: requests for the stage, people on stage, the audience. */
export { PeoplePanel } from './PeoplePanel';
export { RequestList } from './RequestList';
