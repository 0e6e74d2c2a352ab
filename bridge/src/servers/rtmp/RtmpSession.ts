import type { Socket } from 'node:net';
import { plainIp, type Log, type Places, type PlaceRole } from '@lianmai/kit';
import { LianmaiError, streamKey, toLianmaiError } from '@lianmai/protocol';
import { FormatError, type AmfObject } from '../../media/formats/index.js';
import { command, streamBegin, streamEof, type RtmpMessage } from '../../media/protocols/rtmp/index.js';
import { openPublishSession, type PublishSession } from '../../hub/gate/index.js';
import { acceptedByPlayer, enhancedConnectReply } from './rtmpCodecs.js';
import { asObject, asText, onStatus, readCall, result, STREAM_ID, type Call } from './rtmpCommands.js';
import type { RtmpLimits } from './rtmpLimits.js';
import { RtmpPlayer, type RtmpPlayerParts } from './RtmpPlayer.js';
import { RtmpPublisher } from './RtmpPublisher.js';
import { playRejection, publishRejection } from './rtmpRejections.js';
import { RtmpServerConnection } from './RtmpServerConnection.js';
import { requestedStream, type ConnectTarget, type RequestedStream } from './requestedStream.js';

export interface RtmpSessionParts extends RtmpPlayerParts {
  limits: RtmpLimits;
  /** Of publishers and players. */
  places: Places;
  /** RTMP publishers by `app/name`. */
  publishers: Map<string, RtmpPublisher>;
  log: Log;
}

export interface RtmpSessionOptions {
  protocol: 'rtmp' | 'rtmps';
  /** Called when the connection starts to publish or play. */
  onActive: () => void;
  onClosed: () => void;
}

type Handler = (call: Call) => Promise<void> | void;

/** One connection: answers commands, and acts as a publisher or a player, one at a time. */
export class RtmpSession {
  readonly #parts: RtmpSessionParts;
  readonly #options: RtmpSessionOptions;
  readonly #connection: RtmpServerConnection;
  readonly #ip: string;
  #deadline: NodeJS.Timeout | undefined;
  #connect: (ConnectTarget & { object: AmfObject }) | null = null;
  #role: RtmpPublisher | RtmpPlayer | null = null;
  #giveBackPlace: () => void = () => undefined;
  #closeReason = 'connection lost';

  constructor(socket: Socket, parts: RtmpSessionParts, options: RtmpSessionOptions) {
    this.#parts = parts;
    this.#options = options;
    this.#ip = plainIp(socket.remoteAddress);
    this.#setDeadline(parts.limits.handshakeMs);
    this.#connection = new RtmpServerConnection(socket, {
      onHandshaken: () => this.#setDeadline(parts.limits.commandMs),
      onMessage: (message) => this.#handle(message),
      onClosed: (error) => this.#onClosed(error),
    });
  }

  get role(): 'publish' | 'play' | null {
    return this.#role?.kind ?? null;
  }

  close(reason: string): void {
    this.#closeReason = reason;
    this.#leaveRole(false);
    this.#connection.destroy();
  }

  #handle(message: RtmpMessage): Promise<void> | undefined {
    const call = readCall(message);
    if (!call) {
      if (this.#role?.kind === 'publish') this.#role.write(message);
      return undefined;
    }
    const handler = this.#handlers.get(call.name);
    if (!this.#connect && call.name !== 'connect') throw new FormatError('RTMP command before connect');
    if (handler) return handler(call) ?? undefined;
    // Acknowledge unknown commands, because clients may wait for a reply.
    if (call.transaction > 0) this.#connection.send(result(call.transaction, null));
    return undefined;
  }

  readonly #handlers: ReadonlyMap<string, Handler> = new Map<string, Handler>([
    ['connect', (call) => this.#onConnect(call)],
    ['createStream', ({ transaction }) => this.#connection.send(result(transaction, null, STREAM_ID))],
    ['publish', (call) => this.#publish(call)],
    ['play', (call) => this.#play(call)],
    ['pause', (call) => this.#pause(call.args[0] !== false)],
    ['pauseRaw', (call) => this.#pause(call.args[0] !== false)],
    ['getStreamLength', ({ transaction }) => this.#connection.send(result(transaction, null, 0))],
    ['FCUnpublish', (call) => this.#closeStream(call)],
    ['closeStream', (call) => this.#closeStream(call)],
    ['deleteStream', (call) => this.#closeStream(call)],
  ]);

  #onConnect({ transaction, object }: Call): void {
    if (this.#connect) throw new FormatError('RTMP client connects twice');
    this.#connect = { app: asText(object['app']), tcUrl: asText(object['tcUrl']), object };
    this.#connection.sendSettings();
    const properties = { fmsVer: 'FMS/3,5,7,7009', capabilities: 31, mode: 1 };
    const info = { level: 'status', code: 'NetConnection.Connect.Success', description: 'Connection succeeded.', objectEncoding: 0 };
    this.#connection.send(
      result(transaction, properties, { ...info, ...enhancedConnectReply(asObject(object)) }),
      command(0, 'onBWDone', 0, null),
    );
  }

  /** Pauses reading during admission, because some encoders send media before the reply. */
  async #publish({ args }: Call): Promise<void> {
    if (this.#role) return this.#connection.send(publishRejection(busy()));
    const { limits, log, publishers } = this.#parts;
    const requested = this.#requestedStream(args[0]);
    clearTimeout(this.#deadline);
    try {
      this.#takePlace('publish');
      const publishSession = await this.#openPublishSession(requested);
      if (this.#connection.socket.destroyed) {
        this.#giveBackPlace();
        return publishSession.close(this.#closeReason);
      }
      const onEnded = (reason: LianmaiError) => this.#disconnect(publishRejection(reason), reason);
      this.#role = new RtmpPublisher({ publishSession, mediaMs: limits.mediaMs, log, onEnded });
      publishers.set(this.#role.key, this.#role);
      log.info({ ...this.#logFields(), stream: this.#role.key, clientId: publishSession.admission.clientId }, 'publisher connected');
    } catch (error) {
      return this.#reject('publish', publishRejection(error), error);
    }
    this.#options.onActive();
    this.#connection.expectMedia();
    this.#connection.sendControl(streamBegin(STREAM_ID));
    this.#connection.send(
      command(0, 'onFCPublish', 0, null, { code: 'NetStream.Publish.Start', description: 'Started publishing.' }),
      onStatus('status', 'NetStream.Publish.Start', 'Started publishing.'),
    );
  }

  /** Lets a broadcaster back in whose previous connection died silently. */
  async #openPublishSession(requested: RequestedStream): Promise<PublishSession> {
    const request = { ...requested, protocol: this.#options.protocol, ip: this.#ip };
    try {
      return await openPublishSession(this.#parts, request);
    } catch (error) {
      const earlier = this.#parts.publishers.get(streamKey(requested));
      const isSilent = earlier !== undefined && earlier.silentMs > this.#parts.limits.silentMs;
      if (!isSilent || toLianmaiError(error).code !== 'CONFLICT') throw error;
      earlier.giveWay();
      return openPublishSession(this.#parts, request);
    }
  }

  #play({ args }: Call): void {
    if (this.#role) return this.#connection.send(playRejection(busy()));
    const requested = this.#requestedStream(args[0]);
    clearTimeout(this.#deadline);
    try {
      this.#takePlace('play');
    } catch (error) {
      return this.#reject('play', playRejection(error), error);
    }
    const { protocol } = this.#options;
    const accepts = acceptedByPlayer(asObject(this.#connect?.object));
    const player: RtmpPlayer = new RtmpPlayer(this.#parts, {
      requested,
      protocol,
      accepts,
      ip: this.#ip,
      socket: this.#connection.socket,
      pausedMs: this.#parts.limits.pausedMs,
      onStart: () => this.#onPlayStart(player),
      onEnd: () => this.#onPlayEnd(),
      onRejected: (error) => {
        if (player.clientId === null) this.#reject('play', playRejection(error), error);
        else this.#disconnect(playRejection(error), error);
      },
    });
    this.#role = player;
  }

  #onPlayStart({ key, clientId }: RtmpPlayer): void {
    this.#options.onActive();
    this.#parts.log.info({ ...this.#logFields(), stream: key, clientId }, 'player connected');
    this.#connection.sendControl(streamBegin(STREAM_ID));
    this.#connection.send(
      onStatus('status', 'NetStream.Play.Reset', 'Playing and resetting.'),
      onStatus('status', 'NetStream.Play.Start', 'Started player.'),
    );
  }

  #onPlayEnd(): void {
    this.#closeReason = 'the stream ended';
    this.#connection.sendControl(streamEof(STREAM_ID));
    this.#connection.send(
      onStatus('status', 'NetStream.Play.UnpublishNotify', 'The stream has ended.'),
      onStatus('status', 'NetStream.Play.Stop', 'Stopped player.'),
    );
    this.#connection.end();
  }

  #pause(isPaused: boolean): void {
    if (this.#role?.kind !== 'play') return;
    this.#role.pause(isPaused);
    const code = isPaused ? 'NetStream.Pause.Notify' : 'NetStream.Unpause.Notify';
    this.#connection.send(onStatus('status', code, isPaused ? 'Paused.' : 'Resumed.'));
  }

  /** Ends the current stream; the connection may be reused. */
  #closeStream({ name, transaction }: Call): void {
    if (name === 'FCUnpublish' && transaction > 0) this.#connection.send(result(transaction, null));
    if (!this.#role) return;
    const isPublisher = this.#role.kind === 'publish';
    this.#closeReason = 'the client closed the stream';
    this.#leaveRole(true);
    if (isPublisher) this.#connection.send(onStatus('status', 'NetStream.Unpublish.Success', 'Stopped publishing.'));
    this.#closeReason = 'connection lost';
    this.#setDeadline(this.#parts.limits.commandMs);
  }

  #requestedStream(playPath: Call['args'][number]) {
    return requestedStream(this.#connect ?? { app: '', tcUrl: '' }, asText(playPath));
  }

  #setDeadline(ms: number): void {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.#connection.destroy(new LianmaiError('TIMEOUT')), ms);
  }

  #reject(action: 'publish' | 'play', message: RtmpMessage, error: unknown): void {
    const { code } = toLianmaiError(error);
    // The requested name stays out of the log, because a misconfigured encoder may have put the key there.
    this.#parts.log.info({ ...this.#logFields(), action, code }, 'rejected');
    if (code === 'INTERNAL') this.#parts.log.error({ err: error }, 'RTMP request failed');
    this.#disconnect(message, error);
  }

  #disconnect(message: RtmpMessage, reason: unknown): void {
    const { code, message: text } = toLianmaiError(reason);
    this.#closeReason = text;
    this.#leaveRole(code === 'FORBIDDEN'); // kicked: do not wait for it to return
    this.#giveBackPlace();
    this.#connection.send(message);
    this.#connection.end();
  }

  /** Throws RATE_LIMITED or OVERLOADED. The place is given back when the role ends. */
  #takePlace(role: PlaceRole): void {
    this.#giveBackPlace = this.#parts.places.take(this.#ip, role);
  }

  #leaveRole(isFinal: boolean): void {
    // An admission that is still waiting for its answer keeps its place until then.
    const role = this.#role;
    if (!role) return;
    this.#role = null;
    this.#giveBackPlace();
    const droppedTags = role.kind === 'play' ? role.droppedTags : 0;
    role.close(this.#closeReason, isFinal);
    if (this.#parts.publishers.get(role.key) === role) this.#parts.publishers.delete(role.key);
    if (role.kind === 'play' && role.clientId === null) return; // never admitted
    const what = role.kind === 'publish' ? 'publisher disconnected' : 'player disconnected';
    const figures = { bytes: role.bytes, ...(droppedTags > 0 && { droppedTags }) };
    this.#parts.log.info({ ...this.#logFields(), stream: role.key, reason: this.#closeReason, ...figures }, what);
  }

  #onClosed(error: unknown): void {
    clearTimeout(this.#deadline);
    if (error instanceof FormatError || error instanceof LianmaiError) this.#closeReason = error.message;
    else if (error) this.#parts.log.debug({ ...this.#logFields(), err: error }, 'RTMP connection broke');
    this.#leaveRole(false);
    this.#options.onClosed();
  }

  #logFields() {
    return { ip: this.#ip, protocol: this.#options.protocol };
  }
}

const busy = () => new LianmaiError('CONFLICT', undefined, { message: 'This connection already publishes or plays a stream.' });
