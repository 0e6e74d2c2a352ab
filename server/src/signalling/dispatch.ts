import type { Log } from '@lianmai/kit';
import {
  effectiveGrants,
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
import { can, type Standing } from '../authorisation/index.js';
import type { ClientConnection } from './ClientConnection.js';
import type { CommandLog } from './CommandLog.js';
import type { Context, Handler, Services } from './contract.js';
import { handlers } from './handlers/index.js';
import type { RequestLimits } from './RequestLimits.js';

export interface DispatchOptions {
  services: Services;
  limits: RequestLimits;
  commands: CommandLog;
  log: Log;
}

/** A frame as it came, and its size on the wire, attached bytes included. */
export interface Received {
  frame: unknown;
  bytes: number;
}

/**
 * Handles a frame from a page: find → state → authorise → size → parse → handle, so that the data of a refused request is never read.
 * Never throws: every failure becomes a typed error in the reply.
 */
export async function dispatch(
  options: DispatchOptions,
  connection: ClientConnection,
  { frame, bytes }: Received,
): Promise<Acknowledgement<unknown>> {
  let name = '(unreadable)';
  try {
    const { name: asked, data, id } = parse(RequestFrame, frame);
    name = asked;
    await options.limits.take(name, keysOf(connection));
    const run = () => answer(find(asked), { data, bytes }, connection, options.services);
    const isCommand = id !== undefined && connection.state !== 'connected';
    return { ok: true, data: await (isCommand ? options.commands.once(connection.member.id, `${asked} ${id}`, run) : run()) };
  } catch (thrown) {
    const error = toLianmaiError(thrown);
    tell(options.log, error, name);
    return { ok: false, error: error.toWire() };
  }
}

async function answer<N extends RequestName>(
  name: N,
  input: { data: unknown; bytes: number },
  connection: ClientConnection,
  services: Services,
): Promise<RequestReply<N>> {
  const contract: RequestContract = requests[name];
  assertState(connection, contract.state);
  authorise(connection, contract.permission);
  assertSize(input.bytes, contract.maxBytes);
  // The schema of this request made the data; TypeScript cannot follow that through a union of schemas.
  const data = parse(contract.data, input.data) as RequestData<N>;
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
  const isReady = state === 'connected' || connection.state === 'joined' || connection.state === state;
  if (connection.isEnded || !isReady) {
    throw new LianmaiError('WRONG_STATE', undefined, { message: 'Join the room first.' });
  }
}

function authorise(connection: ClientConnection, permission: Permission | null): void {
  if (permission === null || can(standingOf(connection), permission)) return;
  const isOffStage = permission === 'publish' && connection.member.place === 'audience';
  throw new LianmaiError(
    'FORBIDDEN',
    { permission },
    isOffStage ? { message: 'Only people on stage or backstage may publish. Ask to come on stage first.' } : {},
  );
}

/** Before the join, a token's grants alone decide. */
const standingOf = (connection: ClientConnection): Standing =>
  connection.state === 'connected'
    ? { grants: effectiveGrants(connection.claims.grants), place: 'audience', isCoHost: false }
    : connection.member;

function assertSize(bytes: number, maxBytes: number): void {
  if (bytes > maxBytes) throw new LianmaiError('TOO_LARGE', { maxBytes }, { message: `This request may have up to ${maxBytes} bytes.` });
}

/** Limits count by the connection, the person, and the network that the page comes from. */
const keysOf = ({ id, network, claims }: ClientConnection) => ({ connection: id, person: `${claims.grants.room} ${claims.sub}`, network });

/** `participant` and `room` are looked up on use, since `join` and `ping` need neither. */
const contextOf = (connection: ClientConnection, services: Services): Context => ({
  connection,
  services,
  get participant() {
    return connection.participant;
  },
  get member() {
    return connection.member;
  },
  get room() {
    return connection.room;
  },
});

function tell(log: Log, error: LianmaiError, request: string): void {
  if (ERRORS[error.code].blame === 'us') log.error({ err: error.cause ?? error, request, code: error.code }, 'request failed');
  else log.debug({ request, code: error.code }, 'request refused');
}
