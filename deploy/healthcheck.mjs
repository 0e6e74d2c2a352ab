// @ts-check
// Asks this container's own server whether it is alive; exits with 0 or 1. The certificate is not checked: it may be self-signed.
import * as http from 'node:http';
import * as https from 'node:https';

const port = process.env.PORT || '3000';
const isHttps = ['1', 'true', 'yes', 'on'].includes((process.env.HTTPS ?? '').toLowerCase());
const options = { host: '127.0.0.1', port, path: '/healthz', timeout: 2500, rejectUnauthorized: false };

const request = isHttps ? https.get(options) : http.get(options);
request.on('response', (response) => process.exit(response.statusCode === 200 ? 0 : 1));
request.on('timeout', () => process.exit(1));
request.on('error', () => process.exit(1));
