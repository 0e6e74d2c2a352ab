import type { Log } from '@lianmai/kit';
import {
  ERRORS,
  LianmaiError,
  parse,
  RequestFrame,
  requests,
  toLianmaiError,
  type Acknowledgement,
  type ConnectionState,
  type Permission,
  type RequestContract,
  type RequestData,
  type RequestName,
  type RequestReply,
} from '@lianmai/protocol';
import { can } from '../authorisation/index.js';
import type { ClientConnection } from './ClientConnection.js';
import type { Context, Handler, Services } from './contract.js';
import { handlers } from './handlers/index.js';
import type { RequestLimits } from './RequestLimits.js';

export interface DispatchOptions {
  services: Services;
  limits: RequestLimits;
  log: Log;
}

/**
 * Handles a frame from a page: find → parse → state → authorise → handle. Never throws: every failure becomes a typed error in the
 * reply.
 */
export async function dispatch(options: DispatchOptions, connection: ClientConnection, frame: unknown): Promise<Acknowledgement<unknown>> {
  let name = '(unreadable)';
  try {
    const { name: asked, data } = parse(RequestFrame, frame);
    name = asked;
    await options.limits.take(name, { connection: connection.id, person: `${connection.claims.grants.room} ${connection.claims.sub}` });
    return { ok: true, data: await answer(find(name), data, connection, options.services) };
  } catch (thrown) {
    const error = toLianmaiError(thrown);
    tell(options.log, error, name);
    return { ok: false, error: error.toWire() };
  }
}

async function answer<N extends RequestName>(
  name: N,
  input: unknown,
  connection: ClientConnection,
  services: Services,
): Promise<RequestReply<N>> {
  const contract: RequestContract = requests[name];
  // The schema of this request made the data; TypeScript cannot follow that through a union of schemas.
  const data = parse(contract.data, input) as RequestData<N>;
  assertState(connection, contract.state);
  authorise(connection, contract.permission);
  const handler: Handler<N> = handlers[name];
  return handler(contextOf(connection, services), data);
}

function find(name: string): RequestName {
  if (!isRequestName(name)) throw new LianmaiError('BAD_REQUEST', undefined, { message: 'name: expected the name of a request' });
  return name;
}

const isRequestName = (name: string): name is RequestName => Object.hasOwn(requests, name);

/** Requests that need no participant are allowed in any state; `join` itself rejects a second join. */
function assertState(connection: ClientConnection, state: ConnectionState): void {
  if (connection.isEnded || (state === 'joined' && connection.state !== 'joined')) {
    throw new LianmaiError('WRONG_STATE', undefined, { message: 'Join the room first.' });
  }
}

function authorise(connection: ClientConnection, permission: Permission | null): void {
  if (permission === null || can(connection.participant, permission)) return;
  const isOffStage = permission === 'publish' && connection.participant.place === 'audience';
  throw new LianmaiError(
    'FORBIDDEN',
    { permission },
    isOffStage ? { message: 'Only people on stage or backstage may publish. Ask to come on stage first.' } : {},
  );
}

/** `participant` and `room` are looked up on use, since `join` and `ping` need neither. */
const contextOf = (connection: ClientConnection, services: Services): Context => ({
  connection,
  services,
  get participant() {
    return connection.participant;
  },
  get room() {
    return connection.room;
  },
});

function tell(log: Log, error: LianmaiError, request: string): void {
  if (ERRORS[error.code].blame === 'us') log.error({ err: error.cause ?? error, request, code: error.code }, 'request failed');
  else log.debug({ request, code: error.code }, 'request refused');
}
