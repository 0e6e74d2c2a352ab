import { LianmaiError, RoomId, parse, toLianmaiError, type ErrorCode, type RequestReply } from '@lianmai/protocol';
import { applyAudienceEvent, applyAudienceSnapshot, getAudienceStore, randomId, resetAudience, type AudienceActions } from '../state';
import { Connection, type OpenSocket } from './Connection';
import { JoinTokens } from './JoinTokens';
import { requestLobbyToken } from './lobbyApi';
import { endsRoomSession } from './reconnectPolicy';
import { RoomTabs } from './RoomTabs';

/** The page's look at the lobby says when these are over. */
const MAY_CHANGE: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['NOT_FOUND', 'ROOM_LOCKED']);

type AttendReply = RequestReply<'attend'>;

interface AudienceOptions {
  room: string;
  name: string;
  /** Replaced by tests. */
  openSocket?: OpenSocket;
  askToken?: typeof requestLobbyToken;
}

/** One page's place in the audience of one room: connected while the room is open, under a name that may change. */
export class AudienceSession {
  readonly actions = this.#createActions();
  readonly #options: AudienceOptions;
  readonly #store = getAudienceStore();
  readonly #tabs: RoomTabs;
  #name: string;
  #connection: Connection<AttendReply> | null = null;
  #isRenaming = false;
  #isClosed = false;

  constructor(options: AudienceOptions) {
    this.#options = { ...options, room: parse(RoomId, options.room) };
    this.#name = options.name;
    resetAudience();
    this.#tabs = new RoomTabs(options.room, (isThere) => this.#followRoomTab(isThere));
  }

  /** Attends if nothing of the kind is under way. The room may not be open: call it again when it is. */
  async attend(): Promise<void> {
    if (this.#isClosed || this.#store.getState().phase !== 'idle') return;
    this.#store.setState({ phase: 'connecting' });
    const isElsewhere = await this.#tabs.isThere();
    if (this.#isClosed || this.#store.getState().phase !== 'connecting') return;
    if (isElsewhere) return this.#store.setState({ phase: 'elsewhere' });
    const connection = this.#connect();
    this.#connection = connection;
    await connection.open().catch((error: unknown) => this.#end(connection, toLianmaiError(error)));
  }

  /** Goes without a word: whoever was let in keeps their place for the room page. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#tabs.close();
    this.#connection?.close();
    resetAudience();
  }

  #connect(): Connection<AttendReply> {
    const { room, openSocket, askToken = requestLobbyToken } = this.#options;
    const connection: Connection<AttendReply> = new Connection<AttendReply>({
      tokens: new JoinTokens({ room, name: this.#name, role: 'viewer' }, askToken),
      openSocket,
      enter: (request) => request('attend', {}),
      onEntered: ({ participantId, snapshot }, clockOffsetMs) => {
        if (this.#isClosed) return;
        this.#store.setState((state) => applyAudienceSnapshot(state, { participantId, snapshot, clockOffsetMs }), true);
      },
      onEvent: (name, data) => {
        if (connection === this.#connection) this.#store.setState((state) => applyAudienceEvent(state, name, data), true);
      },
      onLost: () => connection === this.#connection && this.#store.setState({ phase: 'reconnecting' }),
      onEnded: (error) => this.#end(connection, error),
    });
    return connection;
  }

  /** A new name needs a new token. The new connection takes over from the old one, so that the person and their request stay. */
  async #rename(name: string): Promise<void> {
    if (name === this.#name) return;
    const before = { connection: this.#connection, name: this.#name };
    this.#name = name;
    if (!before.connection) return;
    const next = this.#connect();
    this.#isRenaming = true;
    try {
      this.#connection = next;
      await next.open();
      before.connection.close();
    } catch (error) {
      next.close();
      this.#name = before.name;
      this.#connection = before.connection;
      // The server may have ended it already.
      if (!before.connection.isIn) this.#rest();
      throw error;
    } finally {
      this.#isRenaming = false;
    }
  }

  #end(connection: Connection<AttendReply>, error: LianmaiError): void {
    // While the name changes, the server ends the old connection in favour of the new one.
    if (this.#isClosed || this.#isRenaming || connection !== this.#connection) return;
    this.#rest();
    const { code, message } = error;
    if (endsRoomSession(error) && !MAY_CHANGE.has(code)) this.#store.setState({ phase: 'ended', ended: { code, message } });
  }

  /** Waits for the next `attend`. */
  #rest(): void {
    this.#connection?.close();
    this.#connection = null;
    this.#store.setState({ phase: 'idle', audience: null });
  }

  /** The same person cannot be in the room and in its audience. */
  #followRoomTab(isThere: boolean): void {
    if (this.#isClosed) return;
    if (!isThere) return this.#store.setState(({ phase }) => (phase === 'elsewhere' ? { phase: 'idle' } : {}));
    this.#rest();
    this.#store.setState({ phase: 'elsewhere' });
  }

  /** Commands are sent again once after a reconnect, under the same id. */
  #createActions(): AudienceActions {
    const act: Connection<AttendReply>['requestWithRetry'] = (...call) =>
      this.#connection ? this.#connection.requestWithRetry(...call) : Promise.reject(new LianmaiError('TIMEOUT'));
    return {
      sendChat: async (text) => void (await act('sendChat', { text, nonce: randomId() })),
      deleteChat: async (messageId) => void (await act('deleteChat', { messageId })),
      requestStage: async (wish) => {
        this.#store.setState({ news: null });
        await act('requestStage', wish);
      },
      cancelStageRequest: async () => void (await act('cancelStageRequest', {})),
      answerInvitation: async (accept) => void (await act('answerInvitation', { accept })),
      dismissNews: () => this.#store.setState({ news: null }),
      rename: (name) => this.#rename(name),
      attendHere: async () => {
        if (this.#store.getState().phase === 'ended') this.#store.setState({ phase: 'idle', ended: null });
        await this.attend();
      },
    };
  }
}
