import type { Grants, LianmaiError } from '@lianmai/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { codeOf, openTestRoom, type TestRoom } from '../testing/openTestRoom.js';
import type { Person } from '../Person.js';

let room: TestRoom['room'];
let join: TestRoom['join'];
beforeEach(async () => {
  vi.useFakeTimers();
  ({ room, join } = await openTestRoom());
});
afterEach(() => vi.useRealTimers());

let nonces = 0;
const say = (from: Person, text: string) => room.chat.say(from, { text, nonce: `nonce ${++nonces}` });
const chatFor = (viewer: Person) => room.snapshotFor(viewer).chat;
const textsFor = (viewer: Person) => chatFor(viewer).messages.map(({ text }) => text);
const moderator = { moderate: true } satisfies Partial<Grants>;

function refusalOf(task: () => unknown): Pick<LianmaiError, 'code' | 'details' | 'message'> | null {
  try {
    task();
    return null;
  } catch (error) {
    return error as LianmaiError;
  }
}

describe('a message', () => {
  it('[CHAT-01] reaches everybody once, however often it is sent, and late joiners with the history', async () => {
    const host = await join('host', 'host');
    for (let index = 0; index < 7; index++) room.chat.say(host.participant, { text: `message ${index}`, nonce: `n${index}` });
    room.chat.say(host.participant, { text: 'message 6', nonce: 'n6' });
    expect(host.channel.all('chatChanged')).toHaveLength(7);
    const late = await join('late', 'viewer');
    expect(textsFor(late.participant)).toEqual(['message 2', 'message 3', 'message 4', 'message 5', 'message 6']);
  });

  it('[CHAT-04] is deleted by its author, also when they are back as another participant, and by moderators; not by others', async () => {
    const [host, ann, bo] = [await join('host', 'host'), await join('ann', 'viewer'), await join('bo', 'viewer')];
    const [first, second, third] = [say(ann.participant, 'one'), say(ann.participant, 'two'), say(host.participant, 'three')];
    room.chat.pin({ messageId: second.id });
    expect(codeOf(() => room.chat.delete(bo.participant, { messageId: first.id }))).toBe('FORBIDDEN');
    room.leave(ann.participant, 'left');
    const annAgain = await join('ann', 'viewer');
    room.chat.delete(annAgain.participant, { messageId: first.id });
    expect(codeOf(() => room.chat.delete(annAgain.participant, { messageId: third.id }))).toBe('FORBIDDEN');
    room.chat.delete(host.participant, { messageId: second.id });
    room.chat.delete(host.participant, { messageId: second.id });
    expect(chatFor(bo.participant)).toMatchObject({ messages: [{ text: 'three' }], pinned: null });
    expect(bo.channel.all('chatChanged').slice(-3)).toEqual([
      { type: 'deleted', messageId: first.id },
      { type: 'deleted', messageId: second.id },
      { type: 'pinned', message: null },
    ]);
  });

  it('[CHAT-05] is pinned for everybody, also when the history has gone on without it', async () => {
    const [host, ann] = [await join('host', 'host'), await join('ann', 'viewer')];
    const rules = say(ann.participant, 'the rules');
    room.chat.pin({ messageId: rules.id });
    expect(ann.channel.last('chatChanged')).toEqual({ type: 'pinned', message: rules });
    for (let index = 0; index < 600; index++) say(host.participant, `message ${index}`);
    const late = await join('late', 'viewer');
    expect(chatFor(late.participant).pinned).toEqual(rules);
    expect(textsFor(late.participant)).not.toContain('the rules');
    room.chat.pin({ messageId: null });
    expect(chatFor(late.participant).pinned).toBeNull();
    expect(codeOf(() => room.chat.pin({ messageId: rules.id }))).toBe('NOT_FOUND');
  });
});

describe('the rules of a room', () => {
  it('[CHAT-02] reach late joiners; the words and who is muted only moderators', async () => {
    const [host, ann] = [await join('host', 'host'), await join('ann', 'viewer')];
    room.chat.set({ slowModeMs: 5000, linksFromAudience: false, blockWords: ['lottery', 'lottery'] });
    room.chat.mute(host.participant, { participantId: ann.participant.id, forMs: null });
    const [late, mo] = [await join('late', 'viewer'), await join('mo', 'viewer', { grants: moderator })];
    const settings = { slowModeMs: 5000, linksFromAudience: false };
    const moderation = { blockWords: ['lottery'], mutes: [{ participantId: ann.participant.id, name: 'ann', untilMs: null }] };
    expect(chatFor(late.participant)).toEqual({ messages: [], pinned: null, ...settings, moderation: null });
    expect(chatFor(mo.participant)).toMatchObject({ ...settings, moderation });
    expect(ann.channel.all('chatChanged')).toEqual([{ type: 'set', ...settings }]);
    expect(host.channel.last('chatChanged')).toEqual({ type: 'moderated', ...moderation });
  });

  it('[CHAT-06] slow mode: one message in so many seconds, but not for moderators', async () => {
    const [host, ann] = [await join('host', 'host'), await join('ann', 'viewer')];
    room.chat.set({ slowModeMs: 10_000 });
    say(ann.participant, 'one');
    await vi.advanceTimersByTimeAsync(2500);
    expect(refusalOf(() => say(ann.participant, 'two'))).toMatchObject({ code: 'CHAT_SLOW', details: { retryAfterMs: 7500 } });
    expect(refusalOf(() => say(ann.participant, 'two'))?.message).toContain('8 s');
    await vi.advanceTimersByTimeAsync(7500);
    for (const from of [ann, host, host]) say(from.participant, 'two');
    room.chat.set({ slowModeMs: 0 });
    say(ann.participant, 'three');
    expect(textsFor(host.participant)).toHaveLength(5);
  });

  it('[CHAT-07] a mute holds for the person, also after they come back, until it ends or is taken back', async () => {
    const [host, ann] = [await join('host', 'host'), await join('ann', 'viewer')];
    say(ann.participant, 'spam');
    room.leave(ann.participant, 'left');
    room.chat.mute(host.participant, { participantId: ann.participant.id, forMs: 60_000 });
    const untilMs = Date.now() + 60_000;
    const again = await join('ann', 'viewer');
    expect(refusalOf(() => say(again.participant, 'more'))).toMatchObject({ code: 'CHAT_MUTED', details: { untilMs } });
    expect(chatFor(host.participant).moderation?.mutes).toEqual([{ participantId: ann.participant.id, name: 'ann', untilMs }]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(chatFor(host.participant).moderation?.mutes).toEqual([]);
    say(again.participant, 'sorry');
    room.chat.mute(host.participant, { participantId: again.participant.id, forMs: null });
    expect(refusalOf(() => say(again.participant, 'more'))).toMatchObject({ code: 'CHAT_MUTED', details: { untilMs: null } });
    room.chat.unmute(host.participant, { participantId: again.participant.id });
    say(again.participant, 'thank you');
  });

  it('[CHAT-07] only a host mutes a host, nobody themselves, and nobody who was never here', async () => {
    const [host, mo] = [await join('host', 'host'), await join('mo', 'guest', { grants: moderator })];
    const mute = (by: Person, participantId: Person['id']) => codeOf(() => room.chat.mute(by, { participantId, forMs: null }));
    expect(mute(mo.participant, host.participant.id)).toBe('FORBIDDEN');
    expect(mute(host.participant, host.participant.id)).toBe('WRONG_STATE');
    expect(mute(host.participant, 'nobody' as Person['id'])).toBe('NOT_FOUND');
    expect(mute(host.participant, mo.participant.id)).toBeNull();
    expect(codeOf(() => say(mo.participant, 'hello'))).toBe('CHAT_MUTED');
  });

  it('[CHAT-08] words of the server and of the room are for nobody to say', async () => {
    const [host, ann] = [await join('host', 'host'), await join('ann', 'viewer')];
    room.chat.set({ blockWords: ['代开发票'] });
    for (const { participant } of [host, ann]) {
      for (const text of ['to the Casino!', '代 开 发 票'])
        expect(refusalOf(() => say(participant, text))).toMatchObject({ code: 'CHAT_BLOCKED', details: { reason: 'word' } });
    }
    room.chat.set({ blockWords: [] });
    say(ann.participant, '代开发票');
    expect(textsFor(host.participant)).toEqual(['代开发票']);
  });

  it('[CHAT-10] links from the audience can be turned off; people on stage and moderators may send them', async () => {
    const [guest, ann] = [await join('guest', 'guest'), await join('ann', 'viewer')];
    const mo = await join('mo', 'viewer', { grants: moderator });
    say(ann.participant, 'https://a.example');
    room.chat.set({ linksFromAudience: false });
    expect(refusalOf(() => say(ann.participant, 'see a.com'))).toMatchObject({ code: 'CHAT_BLOCKED', details: { reason: 'link' } });
    for (const { participant } of [guest, mo]) say(participant, 'see a.com');
    expect(textsFor(ann.participant)).toHaveLength(3);
  });
});

it('[CHAT-12] the next server process has messages, pinned message, settings, words and mutes', async () => {
  const [host, ann] = [await join('host', 'host'), await join('ann', 'viewer')];
  const rules = say(host.participant, 'the rules');
  for (let index = 0; index < 4; index++) say(ann.participant, `message ${index}`);
  room.chat.pin({ messageId: rules.id });
  room.chat.set({ slowModeMs: 5000, linksFromAudience: false, blockWords: ['lottery'] });
  room.chat.mute(host.participant, { participantId: ann.participant.id, forMs: 60_000 });
  const before = chatFor(host.participant);
  const stored = JSON.stringify([room.latestChat(3), room.chatRules]);
  ({ room, join } = await openTestRoom());
  room.chat.restore(...(JSON.parse(stored) as Parameters<typeof room.chat.restore>));
  const [hostAgain, annAgain] = [await join('host', 'host'), await join('ann', 'viewer')];
  expect(chatFor(hostAgain.participant)).toEqual({ ...before, messages: before.messages.slice(-3) });
  expect(codeOf(() => say(annAgain.participant, 'hello'))).toBe('CHAT_MUTED');
  room.chat.delete(annAgain.participant, { messageId: before.messages.at(-1)?.id ?? '' });
  expect(textsFor(annAgain.participant)).toEqual(['message 1', 'message 2']);
});
