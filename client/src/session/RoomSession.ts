import type { LianmaiError } from '@lianmai/protocol';
import { RoomId, parse, toLianmaiError, type EventData, type EventName, type ParticipantId, type PublishSource } from '@lianmai/protocol';
import {
  addNotice,
  applyEvent,
  applySnapshot,
  getRoomStore,
  initialRoomState,
  setPreferences,
  type LocalTrackState,
  type RoomActions,
  type RoomState,
} from '../state';
import { createRoomActions } from './createRoomActions';
import { RoomConnection, type JoinReply } from './RoomConnection';
import type { JoinOptions } from './JoinOptions';
import { MediaConnection } from './media/MediaConnection';
import { endsRoomSession } from './reconnectPolicy';
import { forgetParticipant, loadParticipant, saveParticipant } from './savedParticipant';
import { JoinTokens } from './JoinTokens';
import { announceRoomTab } from './RoomTabs';

/** One stay in one room, from joining to leaving. Keeps the connection, the media and the page's state in step. */
export class RoomSession {
  readonly #options: JoinOptions;
  readonly #store = getRoomStore();
  readonly #tokens: JoinTokens;
  readonly #connection: RoomConnection;
  readonly #media: MediaConnection;
  #joined: JoinReply | null = null;
  /** Stops telling the browser's other tabs that this one is in the room. */
  #hush: (() => void) | null = null;
  #isClosed = false;

  private constructor(options: JoinOptions) {
    this.#options = options;
    const { room, name, role, token: given, initial } = options;
    const saved = loadParticipant(room);
    this.#tokens = new JoinTokens({
      room,
      name,
      role,
      given,
      saved: saved ? { token: saved.token, expiresAtMs: saved.tokenExpiresAtMs } : undefined,
    });
    this.#connection = new RoomConnection({
      tokens: this.#tokens,
      resume: saved && { participantId: saved.participantId, secret: saved.secret },
      onJoined: (reply, clockOffsetMs) => this.#acceptJoin(reply, clockOffsetMs),
      onEvent: (name, data) => this.#receive(name, data),
      onLost: () => this.#store.setState({ phase: 'reconnecting', reconnectingSinceMs: Date.now(), isMediaBlocked: false }),
      onEnded: (error) => this.#end(error),
    });
    this.#media = new MediaConnection({
      request: this.#connection.request,
      initial: {
        microphone: initial?.microphone ?? saved?.isMicrophoneOn ?? false,
        camera: initial?.camera ?? saved?.isCameraOn ?? false,
      },
      isOnline: () => this.#connection.isIn,
      onChange: (source, state) => this.#showLocal(source, state),
      onTrack: (participantId, source, track) => this.#showRemote(participantId, source, track),
      onSoundBlocked: (isSoundBlocked) => this.#store.setState({ isSoundBlocked }),
      onBlocked: (isMediaBlocked) => this.#store.setState({ isMediaBlocked }),
      onDisconnected: () => this.#connection.check(),
      onInterrupted: (isMediaInterrupted) => this.#store.setState({ isMediaInterrupted }),
      onLost: () => this.#connection.forgetMedia(),
      onFailed: (error) => this.#notifyFailure(error),
    });
  }

  /** Joins, or rejects with the reason and leaves nothing open. */
  static async join(options: JoinOptions): Promise<RoomSession> {
    const session = new RoomSession({ ...options, room: parse(RoomId, options.room) });
    session.#store.setState({ ...initialRoomState(), phase: 'joining' }, true);
    performance.mark('lianmai.join');
    try {
      await session.#connection.open();
      return session;
    } catch (thrown) {
      const error = toLianmaiError(thrown);
      session.#media.publisher.giveBack();
      session.#end(error);
      throw error;
    }
  }

  get actions(): RoomActions {
    const { publisher, subscriber } = this.#media;
    return createRoomActions(this.#connection.request, this.#connection.requestWithRetry, {
      leave: () => this.leave(),
      setMic: (isOn) => publisher.set('microphone', isOn),
      setCamera: (isOn) => publisher.set('camera', isOn),
      setScreen: (isOn) => publisher.setScreen(isOn),
      chooseDevice: (kind, deviceId) => this.#chooseDevice(kind, deviceId),
      allowSound: () => subscriber.allowSound(),
      prepare: (tracks) => {
        publisher.prepare(tracks);
        this.#remember();
      },
      setTileSize: (participantId, source, size) => subscriber.setTileSize(participantId, source, size),
      dismissNotice: (id) => this.#store.setState(({ notices }) => ({ notices: notices.filter((notice) => notice.id !== id) })),
    });
  }

  async leave(): Promise<void> {
    if (this.#isClosed) return;
    forgetParticipant();
    const leaving = this.#connection.leave();
    this.#close();
    this.#store.setState({ ...initialRoomState(), phase: 'left' }, true);
    await leaving;
  }

  #acceptJoin(reply: JoinReply, clockOffsetMs: number): void {
    performance.mark('lianmai.joined');
    this.#joined = reply;
    this.#hush ??= announceRoomTab(this.#options.room);
    const { participantId, snapshot } = reply;
    this.#store.setState((state) => applySnapshot(state, { participantId, snapshot, clockOffsetMs }), true);
    this.#media.joined(reply);
    this.#remember();
    addEventListener('pagehide', this.#remember);
  }

  #receive<N extends EventName>(name: N, data: EventData<N>): void {
    this.#store.setState((state) => applyEvent(state, name, data), true);
    switch (name) {
      case 'participantJoined':
      case 'participantChanged':
      case 'participantLeft': {
        const { participants, selfId } = this.#store.getState();
        return this.#media.participantsChanged(Object.values(participants), selfId);
      }
      case 'consumerClosed':
        return this.#media.subscriber.consumerClosed(data as EventData<'consumerClosed'>);
      case 'trackMuted':
        return this.#media.publisher.mutedByHost((data as EventData<'trackMuted'>).source);
      case 'mediaReset':
        return this.#media.rebuild();
      default:
        return;
    }
  }

  #showLocal(source: PublishSource, track: LocalTrackState): void {
    if (this.#isClosed) return;
    this.#store.setState(({ local }) => ({ local: { ...local, [source]: track } }));
    this.#remember();
  }

  #showRemote(participantId: ParticipantId, source: PublishSource, track: MediaStreamTrack | null): void {
    if (track) performance.mark('lianmai.remoteTrack', { detail: { participantId, source } });
    this.#store.setState(({ remote }) => ({ remote: withTrack(remote, participantId, source, track) }));
  }

  async #chooseDevice(kind: 'audioinput' | 'videoinput' | 'audiooutput', deviceId: string): Promise<void> {
    const { publisher } = this.#media;
    // An empty id stands for the browser's default.
    const chosen = deviceId === '' ? null : deviceId;
    // The speaker follows the preference by itself.
    if (kind === 'audiooutput') return setPreferences({ speakerId: chosen });
    setPreferences(kind === 'audioinput' ? { microphoneId: chosen } : { cameraId: chosen });
    await publisher.switchDevice(kind === 'audioinput' ? 'microphone' : 'camera', deviceId);
  }

  #notifyFailure(thrown: unknown): void {
    const { code, message } = toLianmaiError(thrown);
    this.#store.setState(({ notices }) => ({ notices: addNotice(notices, { kind: 'failed', code, message }) }));
  }

  /** Saves what a reload needs, at every change and once more when the page is hidden. */
  readonly #remember = (): void => {
    const token = this.#tokens.current;
    if (!this.#joined || !token || this.#isClosed) return;
    const { room, name, role } = this.#options;
    const { publisher } = this.#media;
    saveParticipant({
      room: parse(RoomId, room),
      name,
      role,
      token: token.token,
      tokenExpiresAtMs: token.expiresAtMs,
      participantId: this.#joined.participantId,
      secret: this.#joined.resumeSecret,
      isMicrophoneOn: publisher.isWanted('microphone'),
      isCameraOn: publisher.isWanted('camera'),
      savedAtMs: Date.now(),
    });
  };

  /** Ends the stay for a reason other than our own `leave`. The page keeps showing the room, but without media. */
  #end({ code, message }: LianmaiError): void {
    if (this.#isClosed) return;
    // Giving up on reconnecting does not mean leaving the room: a reload may still resume.
    if (endsRoomSession({ code })) forgetParticipant();
    this.#close();
    const { local, remote } = initialRoomState();
    this.#store.setState({
      phase: 'failed',
      ended: { code, message },
      reconnectingSinceMs: null,
      isMediaBlocked: false,
      isMediaInterrupted: false,
      local,
      remote,
    });
  }

  #close(): void {
    this.#isClosed = true;
    this.#hush?.();
    removeEventListener('pagehide', this.#remember);
    this.#media.close();
    this.#connection.close();
  }
}

/** A participant without tracks has no entry. */
function withTrack(
  remote: RoomState['remote'],
  id: ParticipantId,
  source: PublishSource,
  track: MediaStreamTrack | null,
): RoomState['remote'] {
  const { [id]: { [source]: _before, ...others } = {}, ...rest } = remote;
  const tracks = track ? { ...others, [source]: track } : others;
  return Object.keys(tracks).length === 0 ? rest : { ...remote, [id]: tracks };
}
