import type { Closable, Log } from '@lianmai/kit';
import { LianmaiError, streamKey, type BridgeRequestData } from '@lianmai/protocol';
import { assertDescriptorsFree } from '../../runtime/index.js';
import type { Announce, BridgeHandlers } from '../../runtime/control/index.js';
import { openPublishSession, type Gate, type PublishSession } from '../../hub/gate/index.js';
import { RtpReceiver } from '../../media/rtp/index.js';
import type { StreamHub } from '../../hub/stream/index.js';
import { SfuIngest } from './SfuIngest.js';

export interface SfuIngestsOptions {
  gate: Gate;
  hub: StreamHub;
  /** IP on which we receive RTP from the SFU. */
  rtpIp: string;
  announce: Announce;
  log: Log;
}

const MAX_INGESTS = 500;

/** Publishers on the server's SFU (WHIP), controlled by the server. */
export class SfuIngests implements Closable {
  readonly handlers: Pick<BridgeHandlers, 'startSfuIngest' | 'attachToSfuIngest' | 'stopSfuIngest'>;
  readonly #options: SfuIngestsOptions;
  readonly #byId = new Map<string, SfuIngest>();
  #isClosed = false;

  constructor(options: SfuIngestsOptions) {
    this.#options = options;
    this.handlers = {
      startSfuIngest: (data) => this.#start(data),
      attachToSfuIngest: async ({ ingestId, track }) => {
        this.#get(ingestId).attach(track);
        return {};
      },
      stopSfuIngest: async ({ ingestId, isFinal }) => {
        const ingest = this.#get(ingestId);
        this.#byId.delete(ingestId);
        await ingest.close('stopped', isFinal);
        return {};
      },
    };
  }

  /** Requests a key frame from the publisher of a stream. Returns false if it is not one of ours. */
  requestKeyFrame(streamKey: string): boolean {
    const publishers = [...this.#byId.values()].filter(({ publishSession }) => publishSession.stream.key === streamKey);
    for (const publisher of publishers) publisher.requestKeyFrame();
    return publishers.length > 0;
  }

  /** Stops all ingests after the connection to the server is lost. */
  async stopAll(reason: string): Promise<void> {
    await Promise.all([...this.#byId.values()].map((ingest) => ingest.close(reason)));
    this.#byId.clear();
  }

  async close(reason: string): Promise<void> {
    this.#isClosed = true;
    await this.stopAll(reason);
  }

  async #start({ ingestId, app, name, ip, params }: BridgeRequestData<'startSfuIngest'>) {
    const { rtpIp, announce, log } = this.#options;
    if (this.#isClosed) throw new LianmaiError('SHUTTING_DOWN');
    if (this.#byId.has(ingestId)) throw new LianmaiError('CONFLICT', { ingestId });
    if (this.#byId.size >= MAX_INGESTS) throw new LianmaiError('RATE_LIMITED');
    assertDescriptorsFree();
    const publishSession = await this.#publish({ app, name, protocol: 'whip', ip, params });
    try {
      const receiver = await RtpReceiver.create({ bindIp: rtpIp, log });
      const requestKeyFrame = (trackId: string) => announce('sfuIngestKeyFrameNeeded', { ingestId, trackId });
      const ingest = new SfuIngest({ publishSession, receiver, requestKeyFrame });
      this.#byId.set(ingestId, ingest);
      ingest.once('ended', ({ code, message }) => {
        this.#byId.delete(ingestId);
        announce('sfuIngestEnded', { ingestId, reason: { code, message } });
      });
      if (this.#isClosed) await ingest.close('closing');
      return { rtp: ingest.rtp, clientId: publishSession.admission.clientId };
    } catch (error) {
      publishSession.close('not started');
      throw error;
    }
  }

  /** A reloaded page reconnects before its loss is noticed, so it replaces its own silent ingest instead of being rejected. */
  async #publish(request: Parameters<typeof openPublishSession>[1]): Promise<PublishSession> {
    const { gate, hub } = this.#options;
    try {
      return await openPublishSession({ gate, hub }, request);
    } catch (error) {
      const key = streamKey(request);
      const silent = [...this.#byId.values()].find((ingest) => ingest.publishSession.stream.key === key && ingest.isSilent);
      if (!silent || !(error instanceof LianmaiError) || error.code !== 'CONFLICT') throw error;
      silent.giveWay();
      return openPublishSession({ gate, hub }, request);
    }
  }

  #get(id: string): SfuIngest {
    const ingest = this.#byId.get(id);
    if (!ingest) throw new LianmaiError('NOT_FOUND', { ingestId: id });
    return ingest;
  }
}
