import type { Closable, Log } from '@lianmai/kit';
import { LianmaiError, type BridgeRequestData } from '@lianmai/protocol';
import type { Announce, BridgeHandlers } from '../../runtime/control/contract.js';
import { waitForTracks } from '../../hub/renditions/index.js';
import type { Stream, StreamHub } from '../../hub/stream/index.js';
import { SfuFeed } from './SfuFeed.js';

/** A stream in codecs that browsers play: derived, or the same one. */
export interface PlayableStream {
  readonly stream: Stream;
  /** Aborts when it is not the right one any more: the publisher has come back with other codecs. */
  readonly changed: AbortSignal;
  close(): void | Promise<void>;
}

export interface SfuFeedsOptions {
  hub: StreamHub;
  open: (stream: Stream) => PlayableStream | Promise<PlayableStream>;
  /** Asks the publisher of a stream (`app/name`) for a key frame; false: it makes them when it does. */
  requestKeyFrame: (streamKey: string) => boolean;
  /** Address from which RTP is sent to the SFU. */
  rtpIp: string;
  announce: Announce;
  log: Log;
}

interface Entry {
  feed: SfuFeed;
  source: PlayableStream;
}

const MAX_FEEDS = 1000;

/** What the server's SFU shows of the hub's streams (WHEP, a stream on a room's stage), as the server commands it. */
export class SfuFeeds implements Closable {
  readonly handlers: Pick<BridgeHandlers, 'startSfuFeed' | 'sendSfuFeed' | 'refreshSfuFeed' | 'stopSfuFeed'>;
  readonly #options: SfuFeedsOptions;
  readonly #byId = new Map<string, Entry>();
  readonly #closing = new AbortController();

  constructor(options: SfuFeedsOptions) {
    this.#options = options;
    this.handlers = {
      startSfuFeed: (data) => this.#start(data),
      sendSfuFeed: async ({ feedId, to }) => {
        this.#get(feedId).feed.send(to);
        return {};
      },
      refreshSfuFeed: async ({ feedId }) => {
        this.#get(feedId).feed.refresh();
        return {};
      },
      stopSfuFeed: async ({ feedId }) => {
        await this.#close(feedId, this.#get(feedId), 'stopped');
        return {};
      },
    };
  }

  async stopAll(reason: string): Promise<void> {
    await Promise.all([...this.#byId].map(([id, entry]) => this.#close(id, entry, reason)));
  }

  async close(reason: string): Promise<void> {
    this.#closing.abort();
    await this.stopAll(reason);
  }

  async #start({ feedId, app, name }: BridgeRequestData<'startSfuFeed'>) {
    const { hub, open, requestKeyFrame, rtpIp, announce, log } = this.#options;
    if (this.#closing.signal.aborted) throw new LianmaiError('SHUTTING_DOWN');
    if (this.#byId.has(feedId)) throw new LianmaiError('CONFLICT', { feedId });
    if (this.#byId.size >= MAX_FEEDS) throw new LianmaiError('RATE_LIMITED');
    const stream = hub.get({ app, name });
    if (!stream) throw new LianmaiError('NOT_FOUND', undefined, { message: `${app}/${name} is not live.` });
    // What has to be done to it shows when it has begun.
    await waitForTracks(stream, this.#closing.signal);
    const source = await open(stream);
    try {
      const feed = await SfuFeed.open({
        stream: source.stream,
        source: stream,
        rtpIp,
        requestKeyFrame: () => requestKeyFrame(stream.key),
        log,
      });
      const entry = { feed, source };
      this.#byId.set(feedId, entry);
      const end = (reason: string) => {
        if (!this.#byId.has(feedId)) return;
        void this.#close(feedId, entry, reason);
        announce('sfuFeedEnded', { feedId, reason });
      };
      feed.once('ended', end);
      source.changed.addEventListener('abort', () => end('the stream has changed'), { once: true });
      return { rtp: feed.rtp, tracks: feed.tracks, hasKeyFramesOnDemand: source.stream === stream && requestKeyFrame(stream.key) };
    } catch (error) {
      await source.close();
      throw error;
    }
  }

  async #close(id: string, { feed, source }: Entry, reason: string): Promise<void> {
    if (!this.#byId.delete(id)) return;
    await feed.close(reason);
    await source.close();
  }

  #get(id: string): Entry {
    const entry = this.#byId.get(id);
    if (!entry) throw new LianmaiError('NOT_FOUND', { feedId: id });
    return entry;
  }
}
