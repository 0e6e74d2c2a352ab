import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { on } from '@lianmai/kit';
import { LianmaiError, type BridgeRequestReply, type SfuFeedTrack, type StreamRef } from '@lianmai/protocol';
import type { Bridge, BridgeEvents } from '../bridge/index.js';

export interface SfuFeedEvents {
  /** The stream has ended or changed codecs, or its bridge is gone. */
  ended: [reason: string];
}

/** A hub stream on its way into the SFU: plain RTP from its bridge, in codecs that browsers play. */
export class SfuFeed extends EventEmitter<SfuFeedEvents> {
  readonly #bridge: Bridge;
  readonly #id = randomBytes(12).toString('base64url');
  readonly #unsubscribe: () => void;
  #reply: BridgeRequestReply<'startSfuFeed'> = { rtp: { ip: '', port: 0 }, tracks: [], hasKeyFramesOnDemand: false };
  #isClosed = false;

  private constructor(bridge: Bridge) {
    super();
    this.#bridge = bridge;
    this.#unsubscribe = on<BridgeEvents>(bridge, {
      sfuFeedEnded: ({ feedId, reason }) => {
        if (feedId === this.#id) this.#end(reason);
      },
      gone: () => this.#end('the bridge is gone'),
    });
  }

  /** Throws NOT_FOUND if the stream is not live there, and UNSUPPORTED if browsers cannot play it. */
  static async open(bridge: Bridge, { app, name }: StreamRef): Promise<SfuFeed> {
    const feed = new SfuFeed(bridge);
    try {
      feed.#reply = await bridge.request('startSfuFeed', { feedId: feed.#id, app, name });
      return feed;
    } catch (error) {
      feed.#release();
      throw error;
    }
  }

  get tracks(): readonly SfuFeedTrack[] {
    return this.#reply.tracks;
  }

  /** Address that the bridge sends from. */
  get rtp(): { ip: string; port: number } {
    return this.#reply.rtp;
  }

  /** Whether the publisher makes key frames on request, so that new viewers need not wait. */
  get hasKeyFramesOnDemand(): boolean {
    return this.#reply.hasKeyFramesOnDemand;
  }

  /** Throws NOT_FOUND if the feed has ended. */
  async send(to: { ip: string; port: number }): Promise<void> {
    await this.#bridge.request('sendSfuFeed', { feedId: this.#id, to });
    if (this.#isClosed) throw new LianmaiError('NOT_FOUND', undefined, { message: 'The stream has ended. Wait until it is live again.' });
  }

  /** Resends every frame since the last key frame. */
  async refresh(): Promise<void> {
    await this.#bridge.request('refreshSfuFeed', { feedId: this.#id });
  }

  close(): void {
    if (!this.#release()) return;
    // A bridge that is gone, or has ended the feed itself, need not be told.
    this.#bridge.request('stopSfuFeed', { feedId: this.#id }).catch(() => undefined);
  }

  #end(reason: string): void {
    if (this.#release()) this.emit('ended', reason);
  }

  #release(): boolean {
    if (this.#isClosed) return false;
    this.#isClosed = true;
    this.#unsubscribe();
    return true;
  }
}
