import { ERRORS, LianmaiError, toLianmaiError, WireError } from '@lianmai/protocol';
import { z } from 'zod';

const REQUEST_TIMEOUT_MS = 10_000;

const ErrorBody = z.union([z.object({ error: WireError }).transform(({ error }) => error), WireError]);

/** Returns the server's own error if the response contains one, otherwise the error that matches its status. */
async function errorOf(response: Response): Promise<LianmaiError> {
  const body = ErrorBody.safeParse(await response.json().catch(() => null));
  if (body.success) return LianmaiError.fromWire(body.data);
  if (response.status === 404) return new LianmaiError('NOT_FOUND');
  if (response.status === 429) return new LianmaiError('RATE_LIMITED');
  return new LianmaiError(response.status >= 500 ? 'SHUTTING_DOWN' : 'BAD_REQUEST', { status: response.status });
}

/** Calls the API and returns the reply as parsed by the schema. Rejects with LianmaiError. An empty body is parsed as null. */
export async function callApi<S extends z.ZodType>(path: string, reply: S, init: RequestInit = {}): Promise<z.infer<S>> {
  const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
  let response: Response;
  try {
    response = await fetch(path, { ...init, signal: init.signal ? AbortSignal.any([init.signal, timeout]) : timeout });
  } catch (error) {
    throw new LianmaiError('TIMEOUT', undefined, { message: ERRORS.TIMEOUT.message, cause: error });
  }
  if (!response.ok) throw await errorOf(response);
  const body = reply.safeParse(await response.json().catch(() => null));
  if (!body.success) throw toLianmaiError(body.error);
  return body.data;
}
