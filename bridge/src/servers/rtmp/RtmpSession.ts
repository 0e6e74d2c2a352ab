import type { Socket } from 'node:net';
import { plainIp, type Log } from '@lianmai/kit';
import { LianmaiError, streamKey, toLianmaiError } from '@lianmai/protocol';
import { FormatError, type AmfObject } from '../../media/formats/index.js';
import { command, streamBegin, streamEof, type RtmpMessage } from '../../media/protocols/rtmp/index.js';
import { openPublication, type PublishSession } from '../../hub/gate/index.js';
import { capabilitiesOf, enhancedAnswer } from './capabilities.js';
import { asObject, asText, onStatus, readCall, result, STREAM_ID, type Call } from './commands.js';
import type { RtmpLimits } from './rtmpLimits.js';
import { RtmpPlayer, type PlayingParts } from './RtmpPlayer.js';
import { RtmpPublisher } from './RtmpPublisher.js';
import { playRejection, publishRejection } from './rejections.js';
import { RtmpServerConnection } from './RtmpServerConnection.js';
import { streamAddress, type ConnectAddress, type StreamAddress } from './streamAddress.js';

export interface SessionParts extends PlayingParts {
  limits: RtmpLimits;
  /** Who publishes over RTMP, by `app/name`. */
  publishing: Map<string, RtmpPublisher>;
  log: Log;
}

export interface SessionOptions {
  protocol: 'rtmp' | 'rtmps';
  /** It publishes or plays now. */
  onSettled: () => void;
  onClosed: () => void;
}

type Handler = (call: Call) => Promise<void> | void;

/** One connection: answers commands, and is a publisher or a player, one at a time. */
export class RtmpSession {
  readonly #parts: SessionParts;
  readonly #options: SessionOptions;
  readonly #peer: RtmpServerConnection;
  readonly #ip: string;
  #deadline: NodeJS.Timeout | undefined;
  #connect: (ConnectAddress & { object: AmfObject }) | null = null;
  #role: RtmpPublisher | RtmpPlayer | null = null;
  #closeReason = 'connection lost';

  constructor(socket: Socket, parts: SessionParts, options: SessionOptions) {
    this.#parts = parts;
    this.#options = options;
    this.#ip = plainIp(socket.remoteAddress);
    this.#mustActWithin(parts.limits.handshakeMs);
    this.#peer = new RtmpServerConnection(socket, {
      onHandshaken: () => this.#mustActWithin(parts.limits.commandMs),
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
    this.#peer.destroy();
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
    if (call.transaction > 0) this.#peer.send(result(call.transaction, null)); // what we do not know must not block them
    return undefined;
  }

  readonly #handlers: ReadonlyMap<string, Handler> = new Map<string, Handler>([
    ['connect', (call) => this.#onConnect(call)],
    ['createStream', ({ transaction }) => this.#peer.send(result(transaction, null, STREAM_ID))],
    ['publish', (call) => this.#publish(call)],
    ['play', (call) => this.#play(call)],
    ['pause', (call) => this.#pause(call.args[0] !== false)],
    ['pauseRaw', (call) => this.#pause(call.args[0] !== false)],
    ['getStreamLength', ({ transaction }) => this.#peer.send(result(transaction, null, 0))],
    ['FCUnpublish', (call) => this.#goodbye(call)],
    ['closeStream', (call) => this.#goodbye(call)],
    ['deleteStream', (call) => this.#goodbye(call)],
  ]);

  #onConnect({ transaction, object }: Call): void {
    if (this.#connect) throw new FormatError('RTMP client connects twice');
    this.#connect = { app: asText(object['app']), tcUrl: asText(object['tcUrl']), object };
    this.#peer.sendSettings();
    const properties = { fmsVer: 'FMS/3,5,7,7009', capabilities: 31, mode: 1 };
    const info = { level: 'status', code: 'NetConnection.Connect.Success', description: 'Connection succeeded.', objectEncoding: 0 };
    this.#peer.send(result(transaction, properties, { ...info, ...enhancedAnswer(asObject(object)) }), command(0, 'onBWDone', 0, null));
  }

  /** Nothing more is read until it is decided: some encoders send media without waiting for the answer. */
  async #publish({ args }: Call): Promise<void> {
    if (this.#role) return this.#peer.send(publishRejection(busy()));
    const { limits, log, publishing } = this.#parts;
    const address = this.#address(args[0]);
    clearTimeout(this.#deadline);
    try {
      const publication = await this.#openPublication(address);
      if (this.#peer.socket.destroyed) return publication.close(this.#closeReason);
      const onOver = (reason: LianmaiError) => this.#hangUp(publishRejection(reason), reason);
      this.#role = new RtmpPublisher({ publication, mediaMs: limits.mediaMs, log, onOver });
      publishing.set(this.#role.key, this.#role);
      log.info({ ...this.#who(), stream: this.#role.key, clientId: publication.admission.clientId }, 'publisher came');
    } catch (error) {
      return this.#refuse('publish', publishRejection(error), error);
    }
    this.#options.onSettled();
    this.#peer.expectMedia();
    this.#peer.sendControl(streamBegin(STREAM_ID));
    this.#peer.send(
      command(0, 'onFCPublish', 0, null, { code: 'NetStream.Publish.Start', description: 'Started publishing.' }),
      onStatus('status', 'NetStream.Publish.Start', 'Started publishing.'),
    );
  }

  /** A connection that died without a word must not lock its own broadcaster out. */
  async #openPublication(address: StreamAddress): Promise<PublishSession> {
    const request = { ...address, protocol: this.#options.protocol, ip: this.#ip };
    try {
      return await openPublication(this.#parts, request);
    } catch (error) {
      const earlier = this.#parts.publishing.get(streamKey(address));
      const isSilent = earlier !== undefined && earlier.silentMs > this.#parts.limits.silentMs;
      if (!isSilent || toLianmaiError(error).code !== 'CONFLICT') throw error;
      earlier.giveWay();
      return openPublication(this.#parts, request);
    }
  }

  #play({ args }: Call): void {
    if (this.#role) return this.#peer.send(playRejection(busy()));
    const address = this.#address(args[0]);
    clearTimeout(this.#deadline);
    const { protocol } = this.#options;
    const accepts = capabilitiesOf(asObject(this.#connect?.object));
    const playing: RtmpPlayer = new RtmpPlayer(this.#parts, {
      ...{ address, protocol, ip: this.#ip, socket: this.#peer.socket, accepts },
      onStart: () => this.#onPlayStart(playing),
      onEnd: () => this.#onPlayEnd(),
      onOver: (error) => {
        if (playing.clientId === null) this.#refuse('play', playRejection(error), error);
        else this.#hangUp(playRejection(error), error);
      },
    });
    this.#role = playing;
  }

  #onPlayStart({ key, clientId }: RtmpPlayer): void {
    this.#options.onSettled();
    this.#parts.log.info({ ...this.#who(), stream: key, clientId }, 'player came');
    this.#peer.sendControl(streamBegin(STREAM_ID));
    this.#peer.send(
      onStatus('status', 'NetStream.Play.Reset', 'Playing and resetting.'),
      onStatus('status', 'NetStream.Play.Start', 'Started playing.'),
    );
  }

  #onPlayEnd(): void {
    this.#closeReason = 'the stream ended';
    this.#peer.sendControl(streamEof(STREAM_ID));
    this.#peer.send(
      onStatus('status', 'NetStream.Play.UnpublishNotify', 'The stream has ended.'),
      onStatus('status', 'NetStream.Play.Stop', 'Stopped playing.'),
    );
    this.#peer.end();
  }

  #pause(isPaused: boolean): void {
    if (this.#role?.kind !== 'play') return;
    this.#role.pause(isPaused);
    const code = isPaused ? 'NetStream.Pause.Notify' : 'NetStream.Unpause.Notify';
    this.#peer.send(onStatus('status', code, isPaused ? 'Paused.' : 'Goes on.'));
  }

  /** They are done with this stream, not necessarily with the connection. */
  #goodbye({ name, transaction }: Call): void {
    if (name === 'FCUnpublish' && transaction > 0) this.#peer.send(result(transaction, null));
    if (!this.#role) return;
    const isPublisher = this.#role.kind === 'publish';
    this.#closeReason = 'they said goodbye';
    this.#leaveRole(true);
    if (isPublisher) this.#peer.send(onStatus('status', 'NetStream.Unpublish.Success', 'Stopped publishing.'));
    this.#closeReason = 'connection lost';
    this.#mustActWithin(this.#parts.limits.commandMs);
  }

  #address(playPath: Call['args'][number]) {
    return streamAddress(this.#connect ?? { app: '', tcUrl: '' }, asText(playPath));
  }

  #mustActWithin(ms: number): void {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.#peer.destroy(new LianmaiError('TIMEOUT')), ms);
  }

  #refuse(action: 'publish' | 'play', message: RtmpMessage, error: unknown): void {
    const { code } = toLianmaiError(error);
    // Not the name they asked for: who configures an encoder wrongly has put the key there.
    this.#parts.log.info({ ...this.#who(), action, code }, 'refused');
    if (code === 'INTERNAL') this.#parts.log.error({ err: error }, 'RTMP request failed');
    this.#hangUp(message, error);
  }

  #hangUp(message: RtmpMessage, reason: unknown): void {
    const { code, message: text } = toLianmaiError(reason);
    this.#closeReason = text;
    this.#leaveRole(code === 'FORBIDDEN'); // sent away: nobody waits for them to come back
    this.#peer.send(message);
    this.#peer.end();
  }

  #leaveRole(isFinal: boolean): void {
    const role = this.#role;
    if (!role) return;
    this.#role = null;
    const droppedTags = role.kind === 'play' ? role.droppedTags : 0;
    role.close(this.#closeReason, isFinal);
    if (this.#parts.publishing.get(role.key) === role) this.#parts.publishing.delete(role.key);
    if (role.kind === 'play' && role.clientId === null) return; // it never came
    const what = role.kind === 'publish' ? 'publisher left' : 'player left';
    const figures = { bytes: role.bytes, ...(droppedTags > 0 && { droppedTags }) };
    this.#parts.log.info({ ...this.#who(), stream: role.key, reason: this.#closeReason, ...figures }, what);
  }

  #onClosed(error: unknown): void {
    clearTimeout(this.#deadline);
    if (error instanceof FormatError || error instanceof LianmaiError) this.#closeReason = error.message;
    else if (error) this.#parts.log.debug({ ...this.#who(), err: error }, 'RTMP connection broke');
    this.#leaveRole(false);
    this.#options.onClosed();
  }

  #who() {
    return { ip: this.#ip, protocol: this.#options.protocol };
  }
}

const busy = () => new LianmaiError('CONFLICT', undefined, { message: 'This connection publishes or plays already.' });
