import { SignInReply, SignInRequest } from '@lianmai/protocol';
import { route } from '../contract.js';
import { Nothing } from '../schemas.js';

/** For each address: a person mistypes now and then, a guesser does nothing else. */
const TRIES_PER_MINUTE = 10;

export const signIn = [
  route({
    method: 'post',
    path: '/session',
    summary: 'Sign in with the API key: a token for an operator’s page, good for a few hours, sent as Bearer',
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
