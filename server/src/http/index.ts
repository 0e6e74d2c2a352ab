/** Listening addresses, plain and with TLS: open from the first moment, so that whoever watches the process sees it alive. */
export { type Certificate, certificateFiles, readCertificate, selfSignedCertificate } from './certificate.js';
export { assertPortIsFree, assertUdpPortIsFree, HttpListener, type HttpListenerOptions } from './HttpListener.js';
