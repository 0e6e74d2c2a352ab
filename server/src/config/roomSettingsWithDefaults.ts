import { integer, oneOf, section } from '@lianmai/kit';
import { MAX_BLOCK_WORD_CHARS, MAX_SEATS, MAX_WAITING_REQUESTS, singleLine } from '@lianmai/protocol';
import { z } from 'zod';

/** The rules of every new room. */
export const roomSettings = section({
  seatLimit: integer(1, MAX_SEATS).default(MAX_SEATS),
  /** request: people ask, and a moderator decides. open: whoever joins as a guest takes a free seat, and is on air. */
  stagePolicy: oneOf(['request', 'open']).default('request'),
  /** How long a request or an invitation to the stage stands; 0: for ever. */
  requestExpiryMs: integer(0, 86_400_000).default(60_000),
  /** The most requests that wait in one room. */
  maxRequests: integer(1, MAX_WAITING_REQUESTS).default(50),
  /** How long a host may be away before a moderator can take the room over. */
  hostGraceMs: integer(0, 3_600_000).default(60_000),
  /** People in one room who receive its media from the SFU, viewers included. */
  maxParticipants: integer(1, 10_000).default(500),
  /** People who watch one room on its watch page, with chat. */
  maxAudience: integer(0, 100_000).default(5000),
  /** How long the seat of somebody without a connection is kept. */
  reconnectGraceMs: integer(0, 600_000).default(30_000),
  /** How long an empty room remembers its chat, its bans and its stage. */
  emptyRoomTtlMs: integer(0, 86_400_000).default(60_000),
  /** How long a program runs on in an empty room; 0: until somebody stops it. */
  emptyLiveTtlMs: integer(0, 86_400_000).default(300_000),
  /** A server that was away for no longer than this goes on with the programs it had on air; 0: programs end with it. */
  resumeProgramsMs: integer(0, 86_400_000).default(300_000),
  chatHistory: integer(0, 10_000).default(200),
});

const WORDS = `expected a list of words of 1-${MAX_BLOCK_WORD_CHARS} characters, numbers in quotes`;
const isWord = (text: string) => singleLine(MAX_BLOCK_WORD_CHARS).safeParse(text).success;

/** The rules of every room's chat. */
export const chatSettings = section({
  /** Words that no message may have, whoever sends it. Moderators may add their room's own. */
  blockWords: z.array(z.string(WORDS).refine(isWord, WORDS), WORDS).max(10_000, 'expected up to 10000 words').default([]),
});
