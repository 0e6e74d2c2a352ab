import { LianmaiError } from '@lianmai/protocol';
import { errors } from 'mediasoup';

const MAX_MESSAGE = 160;

/**
 * Converts mediasoup's exceptions during a client request. mediasoup validates the client's parameters, so a rejection is the client's
 * fault.
 */
function asLianmaiError(thrown: unknown): LianmaiError {
  if (thrown instanceof LianmaiError) return thrown;
  if (thrown instanceof errors.NotFoundError) return new LianmaiError('NOT_FOUND', undefined, { cause: thrown });
  if (thrown instanceof errors.WorkerClosedError) return mediaClosed(thrown);
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  if (/closed/i.test(text)) return mediaClosed(thrown);
  return new LianmaiError('BAD_REQUEST', undefined, {
    message: `The SFU rejected the media parameters (${text.slice(0, MAX_MESSAGE)}). Correct them and try again.`,
    cause: thrown,
  });
}

/** The transport, peer or worker closed while the request was in progress. */
export function mediaClosed(cause?: unknown): LianmaiError {
  return new LianmaiError('WRONG_STATE', undefined, { message: 'The media connection was closed. Make a new one.', cause });
}

export async function mapSfuErrors<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (thrown) {
    throw asLianmaiError(thrown);
  }
}
