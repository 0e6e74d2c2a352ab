import { LianmaiError, type AudienceSnapshot, type ChatMessage, type ParticipantId } from '@lianmai/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { getAudienceStore } from '../state';
import { AudienceSession } from './AudienceSession';
import type { OpenSocket } from './Connection';
import { announceRoomTab } from './RoomTabs';

const message = (id: string, text: string): ChatMessage => ({
  id,
  participantId: 'p1' as ParticipantId,
  name: 'Ann',
  role: 'viewer',
  text,
  atMs: 1,
});

function snapshot(messages: ChatMessage[] = []): AudienceSnapshot {
  return {
    room: { id: 'evening', title: 'Evening', locked: false, createdAtMs: 1 } as unknown as AudienceSnapshot['room'],
    stage: { version: 1, seats: [], hostName: 'Hana', hostAwaySinceMs: null, requestsFrom: 'everyone', waiting: 0 },
    program: null,
    viewers: { total: 1, peak: 1, byProtocol: {} },
    attending: 1,
    own: { place: 'audience', request: null, invitation: null },
    chat: { messages, pinned: null, slowModeMs: 0, linksFromAudience: true, moderation: null },
  };
}

type Handlers = Parameters<OpenSocket>[1];

/** A server that answers `attend` as told, and remembers what it was sent. */
class FakeServer {
  readonly sockets: { token: string; handlers: Handlers; isClosed: boolean }[] = [];
  readonly sent: [string, unknown][] = [];
  readonly names: string[] = [];
  attend: (handlers: Handlers) => Promise<unknown> = () => Promise.resolve(this.reply());
  answer: () => Promise<unknown> = () => Promise.resolve({});

  reply = (messages?: ChatMessage[]) => ({ participantId: 'p1', snapshot: snapshot(messages), nowMs: Date.now() });
  askToken = ({ name }: { name: string }) => {
    this.names.push(name);
    return Promise.resolve({ token: name, expiresAtMs: Date.now() + 3600_000 });
  };
  openSocket: OpenSocket = (token, handlers) => {
    const socket = { token, handlers, isClosed: false };
    this.sockets.push(socket);
    const request = (name: string, data: unknown) => {
      this.sent.push([name, data]);
      return name === 'attend' ? this.attend(handlers) : this.answer();
    };
    return Promise.resolve({ request: request as never, drop: () => undefined, close: () => void (socket.isClosed = true) });
  };
  get last(): Handlers {
    const socket = this.sockets.at(-1);
    if (!socket) throw new Error('no socket');
    return socket.handlers;
  }
}

describe('a page in the audience', () => {
  let server: FakeServer;
  let session: AudienceSession;
  const state = () => getAudienceStore().getState();

  beforeEach(() => {
    vi.stubGlobal('addEventListener', () => undefined);
    vi.stubGlobal('removeEventListener', () => undefined);
    vi.stubGlobal('document', { addEventListener: () => undefined, removeEventListener: () => undefined, visibilityState: 'visible' });
    server = new FakeServer();
    session = new AudienceSession({ room: 'evening', name: 'Guest 1234', openSocket: server.openSocket, askToken: server.askToken });
  });
  afterEach(() => {
    session.close();
    vi.unstubAllGlobals();
  });

  it('knows the room, its chat and itself once it attends', async () => {
    await session.attend();
    expect(state()).toMatchObject({
      phase: 'attending',
      selfId: 'p1',
      audience: { stage: { hostName: 'Hana' } },
      own: { place: 'audience' },
    });
    expect(server.sent).toEqual([['attend', {}]]);
    await session.attend();
    expect(server.sockets).toHaveLength(1);
  });

  it('holds events that arrive before the snapshot, and applies them after it', async () => {
    server.attend = (handlers) => {
      handlers.onEvent('chatBatch', { changes: [{ type: 'said', message: message('m2', 'newer') }] });
      return Promise.resolve(server.reply([message('m1', 'older')]));
    };
    await session.attend();
    expect(state().chat.messages.map(({ text }) => text)).toEqual(['older', 'newer']);
  });

  it('follows the chat, its own request and what became of it', async () => {
    await session.attend();
    const { onEvent } = server.last;
    onEvent('chatBatch', {
      changes: [
        { type: 'said', message: message('m1', 'a') },
        { type: 'said', message: message('m2', 'b') },
      ],
    });
    onEvent('chatBatch', { changes: [{ type: 'deleted', messageId: 'm1' }] });
    expect(state().chat.messages.map(({ text }) => text)).toEqual(['b']);
    onEvent('ownStageChanged', { place: 'audience', request: { position: 3, expiresAtMs: null }, invitation: null });
    expect(state().own.request?.position).toBe(3);
    onEvent('ownStageChanged', { place: 'audience', request: null, invitation: null });
    onEvent('stageRequestRefused', { outcome: 'declined', reason: 'Another day' });
    expect(state().news).toEqual({ kind: 'refused', outcome: 'declined', reason: 'Another day' });
    await session.actions.requestStage({ message: 'Please' });
    expect(state().news).toBeNull();
    expect(server.sent.at(-1)).toEqual(['requestStage', { message: 'Please' }]);
  });

  it('waits while the room is not open, and attends when it is asked again', async () => {
    server.attend = () => Promise.reject(new LianmaiError('NOT_FOUND'));
    await session.attend();
    expect(state().phase).toBe('idle');
    server.attend = () => Promise.resolve(server.reply());
    await session.attend();
    expect(state().phase).toBe('attending');
  });

  it('attends again after a loss, and sends what was not answered once more', async () => {
    await session.attend();
    server.answer = () => {
      server.answer = () => Promise.resolve({});
      server.last.onClosed();
      return Promise.reject(new LianmaiError('TIMEOUT'));
    };
    await session.actions.sendChat('hello');
    expect(state().phase).toBe('attending');
    const [first, second] = server.sent.filter(([name]) => name === 'sendChat');
    expect(second).toEqual(first);
  });

  it('stops when another tab takes over, until it is wanted here', async () => {
    await session.attend();
    server.last.onEvent('disconnecting', { code: 'REPLACED', message: 'elsewhere' });
    expect(state()).toMatchObject({ phase: 'ended', ended: { code: 'REPLACED' } });
    await session.attend();
    expect(server.sockets).toHaveLength(1);
    await session.actions.attendHere();
    expect(state().phase).toBe('attending');
  });

  it('takes another name by a new connection, which replaces the old one', async () => {
    await session.attend();
    const before = server.last;
    server.attend = () => {
      before.onEvent('disconnecting', { code: 'REPLACED', message: 'elsewhere' });
      return Promise.resolve(server.reply());
    };
    await session.actions.rename('Ann');
    expect(server.names).toEqual(['Guest 1234', 'Ann']);
    expect(server.sockets.map(({ isClosed }) => isClosed)).toEqual([true, false]);
    expect(state()).toMatchObject({ phase: 'attending', ended: null });
    server.last.onEvent('chatBatch', { changes: [{ type: 'said', message: message('m1', 'a') }] });
    expect(state().chat.messages).toHaveLength(1);
  });

  it('keeps its name and connection if the new one is refused', async () => {
    await session.attend();
    server.attend = () => Promise.reject(new LianmaiError('RATE_LIMITED'));
    await expect(session.actions.rename('Ann')).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    expect(state().phase).toBe('attending');
    await session.actions.sendChat('still here');
    expect(server.sockets.map(({ isClosed }) => isClosed)).toEqual([false, true]);
  });

  it('stays away while another tab of this browser is in the room, because the server would take it for the same person', async () => {
    const leave = announceRoomTab('evening');
    await session.attend();
    expect(state().phase).toBe('elsewhere');
    expect(server.sockets).toHaveLength(0);
    leave();
    await vi.waitFor(() => expect(state().phase).toBe('idle'));
    await session.attend();
    expect(state().phase).toBe('attending');
    const leaveAgain = announceRoomTab('evening');
    await vi.waitFor(() => expect(state().phase).toBe('elsewhere'));
    expect(server.sockets.at(-1)?.isClosed).toBe(true);
    leaveAgain();
  });
});
