import { SignInReply, SignInRequest } from '@lianmai/protocol';
import { MAX_JSON_BYTES } from '../bounds.js';
import { route } from '../contract.js';
import { Nothing } from '../schemas.js';

/** By IP address. People mistype now and then; guessers try all the time. */
const TRIES_PER_MINUTE = 10;

export const signIn = [
  route({
    method: 'post',
    path: '/session',
    summary: 'Sign in with the API key; returns a bearer token for an operator’s page, valid for a few hours',
    tag: 'session',
    right: 'open',
    perMinute: TRIES_PER_MINUTE,
    params: Nothing,
    bodyKind: 'json',
    maxBodyBytes: MAX_JSON_BYTES,
    body: SignInRequest,
    reply: SignInReply,
    status: 201,
    errors: ['UNAUTHENTICATED', 'RATE_LIMITED'],
    handle: ({ services, body, caller }) => services.authenticator.signIn(body, caller.ip),
  }),
];
