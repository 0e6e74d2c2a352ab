import { LianmaiError } from '@lianmai/protocol';
import { errors } from 'mediasoup';

const MAX_MESSAGE = 160;

/** What mediasoup threw at a client's request, as an error of ours: it checks the client's parameters, so what it refuses is the client's fault. */
function asLianmaiError(thrown: unknown): LianmaiError {
  if (thrown instanceof LianmaiError) return thrown;
  if (thrown instanceof errors.NotFoundError) return new LianmaiError('NOT_FOUND', undefined, { cause: thrown });
  if (thrown instanceof errors.WorkerClosedError) return mediaClosed(thrown);
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  if (/closed/i.test(text)) return mediaClosed(thrown);
  return new LianmaiError('BAD_REQUEST', undefined, {
    message: `The media parameters are not usable: ${text.slice(0, MAX_MESSAGE)}`,
    cause: thrown,
  });
}

/** The transport, peer or worker went away while the request was on its way. */
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
