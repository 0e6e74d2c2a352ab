import { LianmaiError, type RequestName } from '@lianmai/protocol';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

interface Limit {
  requests: number;
  perSeconds: number;
}

export interface RequestLimit {
  /** By network: all people behind one address together. */
  perAddress: Limit;
  /** By person, who could open many connections. Absent: the limit of the connection is enough. */
  perPerson?: Limit;
}

/** By connection. A page that joins a full stage makes about 80 requests at once, and few after that. */
const PER_CONNECTION: Limit = { requests: 300, perSeconds: 10 };

/** A school behind one address: 300 pages, each with a click or a ping a second. */
const LIGHT: RequestLimit = { perAddress: { requests: 3000, perSeconds: 10 } };
/** Requests that make or change media: 100 pages that join a full stage together. */
const MEDIA: RequestLimit = { perAddress: { requests: 8000, perSeconds: 10 } };
/** Enough for a few hosts behind one address. */
const HOSTS: RequestLimit = { perAddress: { requests: 300, perSeconds: 10 } };

/** The limits of every request. */
export const REQUEST_LIMITS: Readonly<Record<RequestName, RequestLimit>> = {
  join: { perAddress: { requests: 1000, perSeconds: 30 }, perPerson: { requests: 20, perSeconds: 30 } },
  attend: { perAddress: { requests: 3000, perSeconds: 30 }, perPerson: { requests: 20, perSeconds: 30 } },
  leave: LIGHT,
  ping: { perAddress: { requests: 5000, perSeconds: 10 } },
  createTransport: { perAddress: { requests: 2000, perSeconds: 30 }, perPerson: { requests: 30, perSeconds: 30 } },
  connectTransport: MEDIA,
  restartIce: MEDIA,
  produce: MEDIA,
  setProducerPaused: MEDIA,
  closeProducer: MEDIA,
  consume: MEDIA,
  setConsumerPaused: MEDIA,
  setConsumerSize: MEDIA,
  closeConsumer: MEDIA,
  requestStage: { perAddress: { requests: 300, perSeconds: 30 }, perPerson: { requests: 10, perSeconds: 30 } },
  cancelStageRequest: LIGHT,
  answerInvitation: LIGHT,
  leaveStage: LIGHT,
  approveStageRequest: HOSTS,
  declineStageRequest: HOSTS,
  inviteToStage: HOSTS,
  cancelInvitation: HOSTS,
  bringOnAir: HOSTS,
  sendBackstage: HOSTS,
  takeDown: HOSTS,
  moveSeat: HOSTS,
  setSeat: HOSTS,
  setCoHost: HOSTS,
  transferHost: HOSTS,
  takeOverHost: HOSTS,
  setStage: HOSTS,
  listAudience: HOSTS,
  listStreams: HOSTS,
  seatStream: HOSTS,
  muteParticipant: HOSTS,
  askToUnmute: HOSTS,
  removeParticipant: HOSTS,
  lockRoom: HOSTS,
  sendChat: { perAddress: { requests: 600, perSeconds: 10 }, perPerson: { requests: 10, perSeconds: 10 } },
  deleteChat: { perAddress: { requests: 600, perSeconds: 10 }, perPerson: { requests: 30, perSeconds: 10 } },
  pinChat: HOSTS,
  muteChat: HOSTS,
  unmuteChat: HOSTS,
  setChat: HOSTS,
  startLive: { perAddress: { requests: 30, perSeconds: 30 }, perPerson: { requests: 10, perSeconds: 30 } },
  updateLive: { perAddress: { requests: 1000, perSeconds: 10 } },
  stopLive: HOSTS,
  addOutput: { perAddress: { requests: 100, perSeconds: 30 }, perPerson: { requests: 30, perSeconds: 30 } },
  removeOutput: HOSTS,
  retryOutput: HOSTS,
  uploadAsset: { perAddress: { requests: 30, perSeconds: 60 }, perPerson: { requests: 10, perSeconds: 60 } },
};

export interface LimitKeys {
  connection: string;
  person: string;
  network: string;
}

/** Limits the request rate by connection, by network, and costlier requests by person. */
export class RequestLimits {
  readonly #perConnection = limiter(PER_CONNECTION);
  readonly #perAddress = new Map(Object.entries(REQUEST_LIMITS).map(([name, { perAddress }]) => [name, limiter(perAddress)]));
  readonly #perPerson = new Map(
    Object.entries(REQUEST_LIMITS).flatMap(([name, { perPerson }]) => (perPerson ? [[name, limiter(perPerson)] as const] : [])),
  );

  /** Throws RATE_LIMITED with the time to wait when there were too many of these requests. */
  async take(name: string, { connection, person, network }: LimitKeys): Promise<void> {
    await consume(this.#perConnection, connection);
    // An unknown name costs nothing more.
    const [byAddress, byPerson] = [this.#perAddress.get(name), this.#perPerson.get(name)];
    if (byPerson) await consume(byPerson, person);
    if (byAddress) await consume(byAddress, network);
  }
}

const limiter = ({ requests, perSeconds }: Limit) => new RateLimiterMemory({ points: requests, duration: perSeconds });

async function consume(from: RateLimiterMemory, key: string): Promise<void> {
  try {
    await from.consume(key);
  } catch (refused) {
    if (!(refused instanceof RateLimiterRes)) throw refused;
    const retryAfterMs = refused.msBeforeNext;
    const message = `There are too many requests. Try again in ${Math.ceil(retryAfterMs / 1000)} s.`;
    throw new LianmaiError('RATE_LIMITED', { retryAfterMs }, { message });
  }
}
