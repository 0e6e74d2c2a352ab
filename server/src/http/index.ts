/**
 * HTTP listeners, plain and TLS (they open at once, so that a health check sees the process as alive), the address of whoever calls, and
 * what one address may hold.
 */
export { type Certificate, certificateFiles, readCertificate, selfSignedCertificate } from './certificate.js';
export { clientAddress } from './clientAddress.js';
export { assertPortIsFree, assertUdpPortIsFree, HttpListener, type HttpListenerOptions } from './HttpListener.js';
export { refuseUpgrade } from './refuseUpgrade.js';
