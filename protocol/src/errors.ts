import { z } from 'zod';

/** The party that has to act: the caller, the remote peer or destination, or this server's operators. */
export type Blame = 'client' | 'destination' | 'us';

interface ErrorKind {
  /** HTTP status of this error on the API. */
  status: number;
  /** Whether the same request may succeed later, unchanged. */
  retry: boolean;
  blame: Blame;
  /** Explains what happened and what to do; `details` adds specifics. */
  message: string;
}

/** Every error that a client, an API caller or an operator can meet. Switch on the code, never on the text. */
export const ERRORS = {
  BAD_REQUEST: {
    status: 400,
    retry: false,
    blame: 'client',
    message: 'The request is not valid. Correct the named field and send it again.',
  },
  UNAUTHENTICATED: {
    status: 401,
    retry: false,
    blame: 'client',
    message: 'There are no valid credentials. Send a token, or the API key and secret.',
  },
  TOKEN_EXPIRED: { status: 401, retry: false, blame: 'client', message: 'The token has expired. Ask for a new one.' },
  FORBIDDEN: { status: 403, retry: false, blame: 'client', message: 'Your role does not allow this. Ask a host for permission.' },
  REMOVED: { status: 403, retry: false, blame: 'client', message: 'The host removed you from this room.' },
  ROOM_LOCKED: { status: 403, retry: true, blame: 'client', message: 'The room is locked. Ask the host to unlock it.' },
  NOT_FOUND: { status: 404, retry: false, blame: 'client', message: 'This does not exist. Check the name or id.' },
  WRONG_STATE: {
    status: 409,
    retry: false,
    blame: 'client',
    message: 'This is not possible in the current state. Read the state and try again.',
  },
  CONFLICT: {
    status: 409,
    retry: false,
    blame: 'client',
    message: 'Somebody else changed this first. Read it again and repeat your change.',
  },
  NAME_TAKEN: {
    status: 409,
    retry: false,
    blame: 'client',
    message: 'This is the name of a registered stream. Choose another room name, or use a token that grants the stream (liveAsStream).',
  },
  STAGE_FULL: { status: 409, retry: true, blame: 'client', message: 'All seats on stage are taken. Wait for a free one.' },
  SEAT_TAKEN: { status: 409, retry: true, blame: 'client', message: 'Somebody sits on this seat. Choose another one.' },
  SEAT_LOCKED: { status: 409, retry: true, blame: 'client', message: 'This seat is locked. Choose another one, or unlock it.' },
  MICROPHONE_LOCKED: {
    status: 403,
    retry: true,
    blame: 'client',
    message: 'A moderator has locked the microphone of this seat. Ask them to unlock it.',
  },
  REQUESTS_CLOSED: {
    status: 403,
    retry: true,
    blame: 'client',
    message: 'Nobody may ask to come up at the moment. Wait for an invitation.',
  },
  REQUESTS_FULL: { status: 409, retry: true, blame: 'client', message: 'Too many people are waiting already. Try again later.' },
  ROOM_FULL: { status: 409, retry: true, blame: 'client', message: 'The room is full. Try again later.' },
  REPLACED: { status: 409, retry: false, blame: 'client', message: 'You joined from another tab or device, which took over this seat.' },
  PROGRAM_LIMIT: {
    status: 503,
    retry: true,
    blame: 'client',
    message:
      'The server has no cores left for this program. Choose a smaller profile, end another program, or try again later (program.maxCores).',
  },
  TOO_MANY_PROGRAMS: {
    status: 429,
    retry: true,
    blame: 'client',
    message: 'Your network has as many programs on air as one address may have. End one of them first (program.maxPerAddress).',
  },
  PROFILE_LIMIT: {
    status: 403,
    retry: false,
    blame: 'client',
    message: 'Rooms of the open lobby may not use such a costly profile. Choose a smaller size or a faster preset (program.lobbyProfile).',
  },
  TOO_LARGE: { status: 413, retry: false, blame: 'client', message: 'This is too large. Send something smaller.' },
  UNSUPPORTED: { status: 415, retry: false, blame: 'client', message: 'This kind is not supported. Choose another one.' },
  CHAT_MUTED: { status: 403, retry: true, blame: 'client', message: 'You may not write for now. Wait, or ask a moderator.' },
  CHAT_SLOW: { status: 429, retry: true, blame: 'client', message: 'Slow mode is on. Wait, then send it again.' },
  CHAT_BLOCKED: { status: 422, retry: false, blame: 'client', message: 'This may not be sent here. Word it differently, without links.' },
  RATE_LIMITED: { status: 429, retry: true, blame: 'client', message: 'There are too many requests. Wait a moment and try again.' },
  ADDRESS_FORBIDDEN: {
    status: 403,
    retry: false,
    blame: 'client',
    message: 'This server connects to public addresses only. Use a public address, or have the operator allow private ones.',
  },
  DESTINATION_REFUSED: {
    status: 502,
    retry: false,
    blame: 'destination',
    message: 'The destination rejected the stream. Check its URL and stream key.',
  },
  DESTINATION_UNREACHABLE: {
    status: 502,
    retry: true,
    blame: 'destination',
    message: 'The destination cannot be reached. Check its URL and your network.',
  },
  DESTINATION_STALLED: {
    status: 502,
    retry: true,
    blame: 'destination',
    message: 'The destination stopped accepting data. Check its state.',
  },
  DESTINATION_CLOSED: {
    status: 502,
    retry: true,
    blame: 'destination',
    message: 'The destination closed the connection. Check its state.',
  },
  OVERLOADED: {
    status: 503,
    retry: true,
    blame: 'us',
    message: 'The server has no capacity for this now. What runs goes on. Try again later.',
  },
  TIMEOUT: { status: 504, retry: true, blame: 'us', message: 'There was no reply in time. Try again.' },
  BRIDGE_UNAVAILABLE: {
    status: 503,
    retry: true,
    blame: 'us',
    message: 'No bridge is connected, so going live is not possible. Calls still work. Start a bridge, then try again.',
  },
  SHUTTING_DOWN: { status: 503, retry: true, blame: 'us', message: 'The server is shutting down. Reconnect in a moment.' },
  ENCODER_UNAVAILABLE: {
    status: 503,
    retry: false,
    blame: 'us',
    message: 'This encoder is not available on the bridge. Choose another one.',
  },
  DISK_FULL: {
    status: 507,
    retry: true,
    blame: 'us',
    message: 'The disk is full. Free some space, then try again; recording resumes by itself.',
  },
  STORE_FULL: {
    status: 507,
    retry: true,
    blame: 'client',
    message: 'There is no room for more pictures. Delete some that are not in use, then try again.',
  },
  INTERNAL: { status: 500, retry: true, blame: 'us', message: 'Something failed on the server. The server log has the cause.' },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERRORS;
const codes = Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]];
export const ErrorCode = z.enum(codes);

/** The part of an error that is sent to other processes. `details` is safe to show and never holds a secret. */
export const WireError = z.object({ code: ErrorCode, message: z.string(), details: z.record(z.string(), z.unknown()).optional() });
export type WireError = z.infer<typeof WireError>;

/** Lianmai's only error class: a code from the table, public details, and a cause that never leaves the process. */
export class LianmaiError extends Error {
  override readonly name = 'LianmaiError';
  readonly code: ErrorCode;
  readonly details: Record<string, unknown> | undefined;

  constructor(code: ErrorCode, details?: Record<string, unknown>, options?: { message?: string; cause?: unknown }) {
    super(options?.message ?? ERRORS[code].message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = details;
  }

  get status(): number {
    return ERRORS[this.code].status;
  }

  get retry(): boolean {
    return ERRORS[this.code].retry;
  }

  toWire(): WireError {
    return { code: this.code, message: this.message, ...(this.details && { details: this.details }) };
  }

  static fromWire(wire: WireError): LianmaiError {
    return new LianmaiError(wire.code, wire.details, { message: wire.message });
  }
}

/** Codes of file systems and of SQLite when there is no space left, or the operator's quota is used up. */
const NO_SPACE: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'SQLITE_FULL']);
/** System errors of a process that may open no more files and sockets, or start no more children: open(2), socket(2), fork(2). */
const OUT_OF_RESOURCES: ReadonlySet<unknown> = new Set(['EMFILE', 'ENFILE', 'EAGAIN', 'ENOBUFS', 'ENOMEM']);

/**
 * Converts anything thrown into an error that is safe to send. A full disk becomes DISK_FULL, a process without descriptors OVERLOADED;
 * other unknown errors become INTERNAL, and their text stays here.
 */
export function toLianmaiError(thrown: unknown): LianmaiError {
  if (thrown instanceof LianmaiError) return thrown;
  const code = hasCodeOf(thrown, NO_SPACE) ? 'DISK_FULL' : hasCodeOf(thrown, OUT_OF_RESOURCES) ? 'OVERLOADED' : 'INTERNAL';
  return new LianmaiError(code, undefined, { cause: thrown });
}

/** Looks at the causes too: a query builder or a stream may have wrapped the system's error. */
function hasCodeOf(thrown: unknown, codes: ReadonlySet<unknown>, depth = 0): boolean {
  if (typeof thrown !== 'object' || thrown === null || depth > 4) return false;
  if ('code' in thrown && codes.has(thrown.code)) return true;
  return 'cause' in thrown && hasCodeOf(thrown.cause, codes, depth + 1);
}

/** Parses outside data. Throws BAD_REQUEST with the path and the expected value when it does not fit. */
export function parse<S extends z.ZodType>(schema: S, data: unknown): z.infer<S> {
  const result = schema.safeParse(data);
  if (result.success) return result.data;
  const issues = result.error.issues
    .slice(0, 5)
    .map((issue) => ({ path: issue.path.map(String).join('.'), expected: issue.message.slice(0, 200) }));
  const first = issues[0];
  const message = first ? `${first.path || 'body'}: ${first.expected}` : ERRORS.BAD_REQUEST.message;
  throw new LianmaiError('BAD_REQUEST', { issues }, { message });
}
