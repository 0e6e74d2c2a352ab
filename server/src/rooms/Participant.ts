import type { Person } from './Person.js';
import type { StreamGuest } from './StreamGuest.js';

/** Anyone or anything that may take a seat. */
export type Participant = Person | StreamGuest;
