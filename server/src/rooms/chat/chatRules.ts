import { LianmaiError, MAX_SLOW_MODE_MS, type ChatChange, type Identity } from '@lianmai/protocol';
import { compileBlockWords } from './blockWords.js';
import {
  findMessage,
  findSaid,
  isOn,
  keptEntries,
  moderationOf,
  mutesOn,
  type ChatEntry,
  type ChatPolicy,
  type ChatRules,
  type ChatState,
  type Writer,
} from './chatState.js';
import { hasLink } from './messageText.js';

/**
 * A room's chat as a pure reducer: a command returns the next state and what to tell whom, or throws a typed error. Invariants: a message is said once,
 * however often it is sent with the same nonce; a deleted message is in no snapshot and is not pinned; nobody who is muted says anything; a command that
 * changes nothing returns the same state.
 */
export type ChatCommand =
  | { type: 'say'; by: Writer; id: string; text: string; nonce: string }
  | { type: 'delete'; by: Pick<Writer, 'identity' | 'participantId' | 'isModerator'>; messageId: string }
  | { type: 'pin'; messageId: string | null }
  /** `forMs` null: until it is taken back. A later mute replaces an earlier one. */
  | { type: 'mute'; who: Muted; forMs: number | null }
  | { type: 'unmute'; identity: Identity }
  /** Only what is named changes. */
  | { type: 'set'; to: { slowModeMs?: number | undefined; linksFromAudience?: boolean | undefined; blockWords?: string[] | undefined } }
  | { type: 'restore'; messages: readonly ChatEntry[]; rules: ChatRules | null };

type Muted = Pick<Writer, 'identity' | 'participantId' | 'name'>;

export interface ChatEffect {
  to: 'everybody' | 'moderators';
  change: ChatChange;
}

/** Oldest mutes go first. */
export const MAX_MUTES = 1000;

interface ChatResult {
  state: ChatState;
  effects: ChatEffect[];
}

export function reduceChat(state: ChatState, command: ChatCommand, { nowMs, policy }: { nowMs: number; policy: ChatPolicy }): ChatResult {
  switch (command.type) {
    case 'say':
      return say(state, command, { nowMs, policy });
    case 'delete':
      return remove(state, command);
    case 'pin':
      return pin(state, command.messageId);
    case 'mute':
      return mute(state, command, nowMs);
    case 'unmute':
      return unmute(state, command.identity, nowMs);
    case 'set':
      return set(state, command.to, nowMs);
    case 'restore':
      return restore(state, command, { nowMs, policy });
  }
}

type Say = Extract<ChatCommand, { type: 'say' }>;
interface Context {
  nowMs: number;
  policy: ChatPolicy;
}

function say(state: ChatState, { by, id, text, nonce }: Say, { nowMs, policy }: Context): ChatResult {
  if (findSaid(state, by.identity, nonce)) return same(state);
  assertNotMuted(state, by.identity, nowMs);
  assertAllowed(state, by, text, policy);
  assertNotTooSoon(state, by, nowMs);
  const { participantId, name, role, identity, isHost } = by;
  const message = { id, participantId, name, role, text, atMs: nowMs };
  const entry = { message, author: { identity, isHost }, nonce, isDeleted: false };
  const entries = keptEntries([...state.entries, entry], policy);
  const change: ChatChange = { type: 'said', message };
  return { state: { ...state, entries, saidAtMs: withSaid(state, by, nowMs) }, effects: [{ to: 'everybody', change }] };
}

function assertNotMuted({ mutes }: ChatState, identity: Identity, nowMs: number): void {
  const mute = mutes.get(identity);
  if (!mute || !isOn(mute, nowMs)) return;
  const { untilMs } = mute;
  const message =
    untilMs === null
      ? 'A moderator has muted you in the chat. Ask them to let you write again.'
      : `A moderator has muted you in the chat. You can write again in ${seconds(untilMs - nowMs)} s.`;
  throw new LianmaiError('CHAT_MUTED', { untilMs }, { message });
}

/** Never says which word it was: the list is for moderators alone. */
function assertAllowed({ blockWords, linksFromAudience }: ChatState, by: Writer, text: string, policy: ChatPolicy): void {
  if (policy.hasServerWord(text) || compileBlockWords(blockWords)(text)) {
    const message = 'Your message has a word that is not allowed here. Word it differently.';
    throw new LianmaiError('CHAT_BLOCKED', { reason: 'word' }, { message });
  }
  if (linksFromAudience || by.onStage || by.isModerator || !hasLink(text)) return;
  const message = 'Only people on stage may send links here. Send your message without the link.';
  throw new LianmaiError('CHAT_BLOCKED', { reason: 'link' }, { message });
}

function assertNotTooSoon({ slowModeMs, saidAtMs }: ChatState, { identity, isModerator, isHost }: Writer, nowMs: number): void {
  const lastMs = saidAtMs.get(identity);
  // A clock that was set back makes nobody wait.
  if (isModerator || isHost || lastMs === undefined || nowMs < lastMs) return;
  const retryAfterMs = lastMs + slowModeMs - nowMs;
  if (retryAfterMs <= 0) return;
  const message = `Slow mode is on: you can send your next message in ${seconds(retryAfterMs)} s.`;
  throw new LianmaiError('CHAT_SLOW', { retryAfterMs }, { message });
}

function withSaid({ slowModeMs, saidAtMs }: ChatState, { identity }: Writer, nowMs: number): ReadonlyMap<Identity, number> {
  if (slowModeMs === 0) return saidAtMs;
  const isRecent = ([, atMs]: [Identity, number]) => Math.abs(nowMs - atMs) < MAX_SLOW_MODE_MS;
  return new Map([...saidAtMs].filter(isRecent)).set(identity, nowMs);
}

/** Deleting what is gone already succeeds. */
function remove(state: ChatState, { by, messageId }: Extract<ChatCommand, { type: 'delete' }>): ChatResult {
  const entry = findMessage(state, messageId);
  if (!entry) return same(state);
  const isTheirs = entry.author?.identity === by.identity || entry.message.participantId === by.participantId;
  if (!by.isModerator && !isTheirs) {
    throw new LianmaiError('FORBIDDEN', undefined, { message: 'You can delete only your own messages. Ask a moderator.' });
  }
  const entries = state.entries.map((one) => (one.message.id === messageId ? { ...one, isDeleted: true } : one));
  const effects: ChatEffect[] = [{ to: 'everybody', change: { type: 'deleted', messageId } }];
  if (state.pinned?.message.id !== messageId) return { state: { ...state, entries }, effects };
  return { state: { ...state, entries, pinned: null }, effects: [...effects, pinnedEffect(null)] };
}

function pin(state: ChatState, messageId: string | null): ChatResult {
  if (messageId === (state.pinned?.message.id ?? null)) return same(state);
  const pinned = messageId === null ? null : findMessage(state, messageId);
  if (pinned === undefined) throw new LianmaiError('NOT_FOUND', { messageId }, { message: 'This message is no longer in the chat.' });
  return { state: { ...state, pinned }, effects: [pinnedEffect(pinned)] };
}

function mute(state: ChatState, { who, forMs }: Extract<ChatCommand, { type: 'mute' }>, nowMs: number): ChatResult {
  const { identity, participantId, name } = who;
  const others = [...mutesOn(state, nowMs)].filter(([muted]) => muted !== identity).slice(-(MAX_MUTES - 1));
  const untilMs = forMs === null ? null : nowMs + forMs;
  const next = { ...state, mutes: new Map(others).set(identity, { participantId, name, untilMs }) };
  return { state: next, effects: [moderatedEffect(next, nowMs)] };
}

function unmute(state: ChatState, identity: Identity, nowMs: number): ChatResult {
  if (!state.mutes.has(identity)) return same(state);
  const next = { ...state, mutes: new Map([...state.mutes].filter(([muted]) => muted !== identity)) };
  return { state: next, effects: [moderatedEffect(next, nowMs)] };
}

function set(
  state: ChatState,
  { slowModeMs = state.slowModeMs, linksFromAudience = state.linksFromAudience, blockWords }: Extract<ChatCommand, { type: 'set' }>['to'],
  nowMs: number,
): ChatResult {
  const words = blockWords && [...new Set(blockWords)];
  const areWordsNew = words !== undefined && words.join('\n') !== state.blockWords.join('\n');
  const isSetNew = slowModeMs !== state.slowModeMs || linksFromAudience !== state.linksFromAudience;
  if (!areWordsNew && !isSetNew) return same(state);
  const saidAtMs = slowModeMs === 0 ? new Map<Identity, number>() : state.saidAtMs;
  const next = { ...state, slowModeMs, linksFromAudience, saidAtMs, ...(areWordsNew && { blockWords: words }) };
  return { state: next, effects: [...(isSetNew ? [setEffect(next)] : []), ...(areWordsNew ? [moderatedEffect(next, nowMs)] : [])] };
}

/** Begins with what an earlier server process kept. Those who are here already are told of its rules. */
function restore(state: ChatState, { messages, rules }: Extract<ChatCommand, { type: 'restore' }>, { nowMs, policy }: Context): ChatResult {
  const next = { ...state, ...rules, entries: keptEntries([...messages, ...state.entries], policy) };
  if (!rules) return { state: next, effects: [] };
  return { state: next, effects: [setEffect(next), pinnedEffect(next.pinned), moderatedEffect(next, nowMs)] };
}

const pinnedEffect = (entry: ChatEntry | null): ChatEffect => ({
  to: 'everybody',
  change: { type: 'pinned', message: entry?.message ?? null },
});
const setEffect = ({ slowModeMs, linksFromAudience }: ChatState): ChatEffect => ({
  to: 'everybody',
  change: { type: 'set', slowModeMs, linksFromAudience },
});
const moderatedEffect = (state: ChatState, nowMs: number): ChatEffect => ({
  to: 'moderators',
  change: { type: 'moderated', ...moderationOf(state, nowMs) },
});

const seconds = (ms: number): number => Math.ceil(ms / 1000);
const same = (state: ChatState): ChatResult => ({ state, effects: [] });
