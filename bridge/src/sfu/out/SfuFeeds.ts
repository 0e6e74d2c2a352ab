import type { Closable, Log } from '@lianmai/kit';
import { LianmaiError, streamKey, type BridgeRequestData } from '@lianmai/protocol';
import { assertDescriptorsFree } from '../../runtime/index.js';
import type { Announce, BridgeHandlers } from '../../runtime/control/index.js';
import { waitForTracks } from '../../hub/renditions/index.js';
import type { Stream, StreamHub } from '../../hub/stream/index.js';
import { SfuFeed } from './SfuFeed.js';

export interface SfuFeedsOptions {
  hub: StreamHub;
  /** Opens the stream in codecs that browsers support. Throws UNSUPPORTED if it cannot be converted. */
  openRendition: (source: Stream) => Stream;
  /** Whether the publisher's own video, with its key frames, reaches browsers. */
  passesPictures: (source: Stream) => boolean;
  /** Requests a key frame from the publisher of a stream (`app/name`). Returns false if it cannot produce them on request. */
  requestKeyFrame: (streamKey: string) => boolean;
  /** IP from which RTP is sent to the SFU. */
  rtpIp: string;
  announce: Announce;
  log: Log;
}

const MAX_FEEDS = 1000;

/** Streams of the hub on the server's SFU (WHEP, a stream on a room's stage), controlled by the server. */
export class SfuFeeds implements Closable {
  readonly handlers: Pick<BridgeHandlers, 'startSfuFeed' | 'sendSfuFeed' | 'refreshSfuFeed' | 'stopSfuFeed'>;
  readonly #options: SfuFeedsOptions;
  readonly #byId = new Map<string, SfuFeed>();
  readonly #closing = new AbortController();

  constructor(options: SfuFeedsOptions) {
    this.#options = options;
    this.handlers = {
      startSfuFeed: (data) => this.#start(data),
      sendSfuFeed: async ({ feedId, to }) => {
        this.#get(feedId).send(to);
        return {};
      },
      refreshSfuFeed: async ({ feedId }) => {
        this.#get(feedId).refresh();
        return {};
      },
      stopSfuFeed: async ({ feedId }) => {
        await this.#close(feedId, this.#get(feedId), 'stopped');
        return {};
      },
    };
  }

  async stopAll(reason: string): Promise<void> {
    await Promise.all([...this.#byId].map(([id, feed]) => this.#close(id, feed, reason)));
  }

  async close(reason: string): Promise<void> {
    this.#closing.abort();
    await this.stopAll(reason);
  }

  async #start({ feedId, app, name }: BridgeRequestData<'startSfuFeed'>) {
    const { hub, openRendition, passesPictures, requestKeyFrame, rtpIp, announce, log } = this.#options;
    if (this.#closing.signal.aborted) throw new LianmaiError('SHUTTING_DOWN');
    if (this.#byId.has(feedId)) throw new LianmaiError('CONFLICT', { feedId });
    if (this.#byId.size >= MAX_FEEDS) throw new LianmaiError('RATE_LIMITED');
    const source = hub.get({ app, name });
    assertDescriptorsFree();
    if (!source) throw new LianmaiError('NOT_FOUND', undefined, { message: `${streamKey({ app, name })} is not live.` });
    // The needed conversion is known only when the stream's tracks are.
    await waitForTracks(source, this.#closing.signal);
    const feed = await SfuFeed.open({
      stream: openRendition(source),
      source,
      rtpIp,
      requestKeyFrame: () => requestKeyFrame(source.key),
      log,
    });
    this.#byId.set(feedId, feed);
    feed.once('ended', (reason) => {
      if (!this.#byId.has(feedId)) return;
      void this.#close(feedId, feed, reason);
      announce('sfuFeedEnded', { feedId, reason });
    });
    return { rtp: feed.rtp, tracks: feed.tracks, hasKeyFramesOnDemand: passesPictures(source) && requestKeyFrame(source.key) };
  }

  async #close(id: string, feed: SfuFeed, reason: string): Promise<void> {
    if (this.#byId.delete(id)) await feed.close(reason);
  }

  #get(id: string): SfuFeed {
    const feed = this.#byId.get(id);
    if (!feed) throw new LianmaiError('NOT_FOUND', { feedId: id });
    return feed;
  }
}
