/** HTTP listeners, plain and TLS. They open at once, so that a health check sees the process as alive. */
export { type Certificate, certificateFiles, readCertificate, selfSignedCertificate } from './certificate.js';
export { assertPortIsFree, assertUdpPortIsFree, HttpListener, type HttpListenerOptions } from './HttpListener.js';
export { clientAddress } from './clientAddress.js';
