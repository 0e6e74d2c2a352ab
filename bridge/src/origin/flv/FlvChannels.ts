import type { Stream } from '../../stream/index.js';
import { FlvChannel, type ChannelOptions, type Rendition } from './FlvChannel.js';
import type { PlayerLimits, PlayerOptions } from './FlvPlayer.js';

/** What FLV players of this stream can play: the stream, or one derived from it. */
export type OpenRendition = (stream: Stream) => Rendition;

export interface ChannelsOptions extends ChannelOptions {
  openRendition?: OpenRendition;
}

const asItIs: OpenRendition = (stream) => ({ stream, close: () => undefined });

/** The channels of all streams that have players. */
export class FlvChannels {
  /** What slow players have missed, over all that have left. */
  droppedTags = 0;
  readonly #options: ChannelsOptions;
  readonly #channels = new Map<Stream, FlvChannel>();

  constructor(options: ChannelsOptions) {
    this.#options = options;
  }

  get playerCount(): number {
    return this.#sum(({ playerCount }) => playerCount);
  }

  /** Waiting for slow players, by reference: each of them counts a shared buffer again. */
  get queuedBytes(): number {
    return this.#sum(({ queuedBytes }) => queuedBytes);
  }

  /** Throws what players are to be told when there is no way to play it to them. */
  check(stream: Stream): void {
    if (!this.#channels.has(stream)) this.#options.openRendition?.(stream).close();
  }

  /** Plays the stream to the socket until that closes. */
  play(stream: Stream, options: Omit<PlayerOptions, keyof PlayerLimits>, onError: (error: unknown) => void): void {
    const { openRendition = asItIs } = this.#options;
    const channel = this.#channels.get(stream) ?? new FlvChannel(() => openRendition(stream), this.#options);
    this.#channels.set(stream, channel);
    const leave = channel.join(options, onError);
    options.socket.once('close', () => {
      this.droppedTags += leave();
      if (channel.playerCount === 0) this.#channels.delete(stream);
    });
  }

  #sum(of: (channel: FlvChannel) => number): number {
    return [...this.#channels.values()].reduce((sum, channel) => sum + of(channel), 0);
  }
}
