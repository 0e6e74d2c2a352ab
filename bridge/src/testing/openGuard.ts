import { AddressGuard } from '../runtime/outbound/index.js';

/** Lets everything pass: the peers of tests are on loopback. */
export const openGuard = new AddressGuard({ allowPrivate: true, setting: 'output.allowPrivate' });
