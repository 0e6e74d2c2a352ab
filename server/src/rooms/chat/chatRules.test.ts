import { ChatSnapshot, Identity, ParticipantId, type LianmaiError } from '@lianmai/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileBlockWords } from './blockWords.js';
import { MAX_MUTES, reduceChat, type ChatCommand } from './chatRules.js';
import { chatSnapshot, emptyChat, type ChatPolicy, type ChatState, type Writer } from './chatState.js';

const HISTORY = 4;
const policy: ChatPolicy = { historyLimit: HISTORY, hasServerWord: compileBlockWords(['casino']) };

const writer = (name: string, more: Partial<Writer> = {}): Writer => ({
  identity: Identity.parse(name),
  participantId: ParticipantId.parse(`p-${name}`),
  name,
  role: 'viewer',
  ...{ isHost: false, isModerator: false, onStage: false, ...more },
});
const [HOST, ANN, BO] = [writer('host', { isHost: true, isModerator: true }), writer('ann', { onStage: true }), writer('bo')];
/** Bo, who left and came back as another participant. */
const BO_AGAIN = { ...BO, participantId: ParticipantId.parse('p-bo-2') };

const TEXTS = ['hello', 'good evening', 'casino', 'see https://a.example', '房间'];
const by = fc.constantFrom(HOST, ANN, BO, BO_AGAIN);
const nonce = fc.constantFrom('n1', 'n2', 'n3', 'n4', 'n5', 'n6');
/** Messages are named after who said them with which nonce, so that commands can mean them. */
const messageId = fc.tuple(by, nonce).map(([{ identity }, sent]) => `${identity} ${sent}`);
const command: fc.Arbitrary<ChatCommand> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .record({ by, text: fc.constantFrom(...TEXTS), nonce })
      .map((said) => ({ type: 'say' as const, id: `${said.by.identity} ${said.nonce}`, ...said })),
  },
  fc.record({ type: fc.constant('delete' as const), by, messageId }),
  fc.record({ type: fc.constant('pin' as const), messageId: fc.option(messageId) }),
  fc.record({ type: fc.constant('mute' as const), who: by, forMs: fc.constantFrom(null, 5, 50) }),
  fc.record({ type: fc.constant('unmute' as const), identity: by.map(({ identity }) => identity) }),
  fc.record({
    type: fc.constant('set' as const),
    to: fc.record(
      { slowModeMs: fc.constantFrom(0, 3, 30), linksFromAudience: fc.boolean(), blockWords: fc.subarray(['evening', '房间', 'xyz']) },
      { requiredKeys: [] },
    ),
  }),
);
const commands = fc.array(fc.tuple(command, fc.integer({ min: 0, max: 20 })), { maxLength: 60 });

/** A rejected command leaves the state unchanged. */
function step(state: ChatState, next: ChatCommand, nowMs: number) {
  try {
    return { ...reduceChat(state, next, { nowMs, policy }), code: null, details: null };
  } catch (error) {
    const { code, details } = error as LianmaiError;
    return { state, effects: [], code, details };
  }
}
const snapshotOf = (state: ChatState, isModerator: boolean, nowMs: number) =>
  chatSnapshot(state, { isModerator, nowMs, historyLimit: HISTORY });

/** The rules once more, as plainly as one would tell them. */
class Model {
  said: { id: string; of: string; participantId: string; isGone: boolean }[] = [];
  pinned: string | null = null;
  slowModeMs = 0;
  links = true;
  words: string[] = [];
  mutes: Record<string, number> = {};
  spoke: Record<string, number> = {};

  refusalOf(next: ChatCommand, nowMs: number): string | null {
    if (next.type === 'say') return this.said.some(({ id }) => id === next.id) ? null : this.refusalOfWords(next.by, next.text, nowMs);
    if (next.type === 'delete') {
      const message = this.said.find(({ id, isGone }) => id === next.messageId && !isGone);
      const isTheirs = message?.of === next.by.identity || message?.participantId === next.by.participantId;
      return message && !next.by.isModerator && !isTheirs ? 'FORBIDDEN' : null;
    }
    if (next.type !== 'pin' || next.messageId === null || next.messageId === this.pinned) return null;
    return this.said.some(({ id, isGone }) => id === next.messageId && !isGone) ? null : 'NOT_FOUND';
  }

  refusalOfWords({ identity, isModerator, onStage }: Writer, text: string, nowMs: number): string | null {
    if ((this.mutes[identity] ?? 0) > nowMs) return 'CHAT_MUTED';
    if ([...this.words, 'casino'].some((word) => text.includes(word))) return 'CHAT_BLOCKED';
    if (!this.links && !onStage && !isModerator && text.includes('https')) return 'CHAT_BLOCKED';
    if (!isModerator && nowMs - (this.spoke[identity] ?? -Infinity) < this.slowModeMs) return 'CHAT_SLOW';
    return null;
  }

  apply(next: ChatCommand, nowMs: number): void {
    if (next.type === 'say' && !this.said.some(({ id }) => id === next.id)) {
      this.said.push({ id: next.id, of: next.by.identity, participantId: next.by.participantId, isGone: false });
      if (this.slowModeMs > 0) this.spoke[next.by.identity] = nowMs;
    } else if (next.type === 'delete') {
      for (const message of this.said) if (message.id === next.messageId) message.isGone = true;
      if (this.pinned === next.messageId) this.pinned = null;
    } else if (next.type === 'pin') this.pinned = next.messageId;
    else if (next.type === 'mute') this.mutes[next.who.identity] = next.forMs === null ? Infinity : nowMs + next.forMs;
    else if (next.type === 'unmute') delete this.mutes[next.identity];
    else if (next.type === 'set') {
      this.slowModeMs = next.to.slowModeMs ?? this.slowModeMs;
      this.links = next.to.linksFromAudience ?? this.links;
      this.words = next.to.blockWords ?? this.words;
      if (this.slowModeMs === 0) this.spoke = {};
    }
  }
}

describe('the chat, whatever commands come', () => {
  it('[CHAT-11] refuses, keeps and shows what a simple model does', () => {
    fc.assert(
      fc.property(commands, (all) => {
        let state = emptyChat();
        let nowMs = 1000;
        const model = new Model();
        for (const [next, waitMs] of all) {
          nowMs += waitMs;
          const expected = model.refusalOf(next, nowMs);
          const { code, state: after } = step(state, next, nowMs);
          expect(code).toBe(expected);
          if (code === null) model.apply(next, nowMs);
          state = after;
          const { messages, pinned, slowModeMs, linksFromAudience, moderation } = ChatSnapshot.parse(snapshotOf(state, true, nowMs));
          const left = model.said.filter(({ isGone }) => !isGone).map(({ id }) => id);
          expect(messages.map(({ id }) => id)).toEqual(left.slice(-HISTORY));
          expect([pinned?.id ?? null, slowModeMs, linksFromAudience]).toEqual([model.pinned, model.slowModeMs, model.links]);
          expect(moderation?.blockWords).toEqual(model.words);
          const muted = Object.entries(model.mutes).filter(([, untilMs]) => untilMs > nowMs);
          expect(moderation?.mutes.map(({ name, untilMs }) => [name, untilMs ?? Infinity]).sort()).toEqual(muted.sort());
        }
      }),
      { numRuns: 400 },
    );
  });

  it('[CHAT-03] tells everything by its changes: who applies them has what a late joiner gets', () => {
    fc.assert(
      fc.property(commands, fc.boolean(), (all, isModerator) => {
        let state = emptyChat();
        let nowMs = 1000;
        const page = snapshotOf(state, isModerator, nowMs);
        for (const [next, waitMs] of all) {
          nowMs += waitMs;
          const { state: after, effects } = step(state, next, nowMs);
          if (after === state) expect(effects).toEqual([]);
          state = after;
          for (const { to, change } of effects) {
            if (to === 'moderators' && !isModerator) continue;
            if (change.type === 'said') page.messages.push(change.message);
            else if (change.type === 'deleted') page.messages = page.messages.filter(({ id }) => id !== change.messageId);
            else if (change.type === 'pinned') page.pinned = change.message;
            else if (change.type === 'set') [page.slowModeMs, page.linksFromAudience] = [change.slowModeMs, change.linksFromAudience];
            else page.moderation = { blockWords: change.blockWords, mutes: change.mutes };
          }
        }
        const late = snapshotOf(state, isModerator, 0);
        const shown = { ...page, messages: page.messages.slice(-HISTORY), moderation: page.moderation?.blockWords };
        expect(shown).toEqual({ ...late, moderation: late.moderation?.blockWords });
        if (!isModerator) expect(page.moderation).toBeNull();
      }),
      { numRuns: 300 },
    );
  });

  it('[CHAT-01] says nothing twice, and [CHAT-04] brings nothing back that was deleted', () => {
    fc.assert(
      fc.property(commands, commands, fc.constantFrom(HOST, BO), (before, after, deleter) => {
        const run = (all: typeof before, from: ChatState) => all.reduce((state, [next]) => step(state, next, 1).state, from);
        const id = 'bo n1';
        const say: ChatCommand = { type: 'say', by: BO, id, text: 'hello', nonce: 'n1' };
        const said = step(step(run(before, emptyChat()), { type: 'unmute', identity: BO.identity }, 1).state, say, 1).state;
        const gone = run(after, step(said, { type: 'delete', by: deleter, messageId: id }, 1).state);
        const again = step(gone, { ...say, id: 'another' }, 1_000_000);
        const isGone = (state: ChatState) => ![...snapshotOf(state, true, 1).messages, state.pinned?.message].some((one) => one?.id === id);
        expect([isGone(gone), isGone(again.state)]).toEqual([true, true]);
        if (said.entries.some(({ message }) => message.id === id)) expect(again.state).toBe(gone);
      }),
    );
  });
});

describe('refusals', () => {
  const start = (...all: ChatCommand[]) => all.reduce((state, next) => step(state, next, 1000).state, emptyChat());
  const say = (from: Writer, text: string, sent = text): ChatCommand => ({ type: 'say', by: from, id: sent, text, nonce: sent });

  it('[CHAT-06] say how long to wait, to nobody who moderates, and to nobody when the clock was set back', () => {
    const state = start({ type: 'set', to: { slowModeMs: 10_000 } }, say(BO, 'one'), say(HOST, 'one of mine'));
    expect(step(state, say(BO_AGAIN, 'two'), 4000)).toMatchObject({ code: 'CHAT_SLOW', details: { retryAfterMs: 7000 } });
    expect(step(state, say(BO, 'two'), 11_000).code).toBeNull();
    expect(step(state, say(BO, 'two'), 10).code).toBeNull();
    expect(step(state, say(HOST, 'two'), 1001).code).toBeNull();
  });

  it('[CHAT-07] say until when a mute lasts', () => {
    const muted = (forMs: number | null) => start({ type: 'mute', who: BO, forMs });
    expect(step(muted(60_000), say(BO_AGAIN, 'a'), 2000)).toMatchObject({ code: 'CHAT_MUTED', details: { untilMs: 61_000 } });
    expect(step(muted(60_000), say(BO, 'a'), 61_000).code).toBeNull();
    expect(step(muted(null), say(BO, 'a'), 1e12)).toMatchObject({ code: 'CHAT_MUTED', details: { untilMs: null } });
  });

  it('[CHAT-08] never tell which word it was', () => {
    const state = start({ type: 'set', to: { blockWords: ['evening'] } });
    for (const text of ['good evening', 'C A S I N O']) {
      try {
        reduceChat(state, say(HOST, text), { nowMs: 1, policy });
        expect.unreachable();
      } catch (error) {
        const wire = (error as LianmaiError).toWire();
        expect(wire).toMatchObject({ code: 'CHAT_BLOCKED', details: { reason: 'word' } });
        expect(JSON.stringify(wire)).not.toMatch(/evening|casino/i);
      }
    }
  });

  it('keep a bounded number of mutes', () => {
    let state = emptyChat();
    for (let index = 0; index < MAX_MUTES + 5; index++)
      state = step(state, { type: 'mute', who: writer(`v${index}`), forMs: null }, 1).state;
    expect(state.mutes.size).toBe(MAX_MUTES);
    expect(state.mutes.has(Identity.parse(`v${MAX_MUTES + 4}`))).toBe(true);
  });
});
