import { SignInReply, SignInRequest } from '@lianmai/protocol';
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
    access: 'open',
    limitPerMinute: TRIES_PER_MINUTE,
    params: Nothing,
    bodyKind: 'json',
    body: SignInRequest,
    reply: SignInReply,
    status: 201,
    errors: ['UNAUTHENTICATED', 'RATE_LIMITED'],
    handle: ({ services, body }) => services.authority.signIn(body.key, body.secret),
  }),
];
