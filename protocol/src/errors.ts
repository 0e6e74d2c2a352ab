import { z } from 'zod';

/** Who has to act: the caller, the destination or peer we talk to, or the people who run this server. */
export type Blame = 'client' | 'destination' | 'us';

interface ErrorKind {
  /** HTTP status of the same error on the API. */
  status: number;
  /** Whether the same request may succeed later without being changed. */
  retry: boolean;
  blame: Blame;
  /** What happened and what to do; details complete it. */
  message: string;
}

/** Every error a client, an API caller or an operator can meet. Switch on the code, never on the text. */
export const ERRORS = {
  BAD_REQUEST: {
    status: 400,
    retry: false,
    blame: 'client',
    message: 'The request is not valid. Correct the field that is named and send it again.',
  },
  UNAUTHENTICATED: {
    status: 401,
    retry: false,
    blame: 'client',
    message: 'No valid credentials. Send a token, or the API key and secret.',
  },
  TOKEN_EXPIRED: { status: 401, retry: false, blame: 'client', message: 'The token has expired. Ask for a new one.' },
  FORBIDDEN: { status: 403, retry: false, blame: 'client', message: 'Your role does not allow this.' },
  REMOVED: { status: 403, retry: false, blame: 'client', message: 'The host removed you from this room.' },
  ROOM_LOCKED: { status: 403, retry: true, blame: 'client', message: 'The room is locked. Ask the host to unlock it.' },
  NOT_FOUND: { status: 404, retry: false, blame: 'client', message: 'There is no such thing here.' },
  WRONG_STATE: { status: 409, retry: false, blame: 'client', message: 'This cannot be done in the present state.' },
  CONFLICT: { status: 409, retry: false, blame: 'client', message: 'Somebody changed it first. Read it again and repeat your change.' },
  STAGE_FULL: { status: 409, retry: true, blame: 'client', message: 'Every seat on stage is taken. Wait until one is free.' },
  ROOM_FULL: { status: 409, retry: true, blame: 'client', message: 'The room is full.' },
  REPLACED: { status: 409, retry: false, blame: 'client', message: 'You joined from another tab or device, which took over this seat.' },
  TOO_LARGE: { status: 413, retry: false, blame: 'client', message: 'This is larger than allowed.' },
  UNSUPPORTED: { status: 415, retry: false, blame: 'client', message: 'This kind is not supported.' },
  RATE_LIMITED: { status: 429, retry: true, blame: 'client', message: 'Too many requests. Wait a moment.' },
  DESTINATION_REFUSED: {
    status: 502,
    retry: false,
    blame: 'destination',
    message: 'The destination refused the stream. Check its URL and stream key.',
  },
  DESTINATION_UNREACHABLE: { status: 502, retry: true, blame: 'destination', message: 'The destination cannot be reached.' },
  DESTINATION_STALLED: { status: 502, retry: true, blame: 'destination', message: 'The destination stopped accepting data.' },
  DESTINATION_CLOSED: { status: 502, retry: true, blame: 'destination', message: 'The destination closed the connection.' },
  TIMEOUT: { status: 504, retry: true, blame: 'us', message: 'No answer in time. Try again.' },
  BRIDGE_UNAVAILABLE: {
    status: 503,
    retry: true,
    blame: 'us',
    message: 'No bridge is connected, so nothing can go live. The call is not affected.',
  },
  SHUTTING_DOWN: { status: 503, retry: true, blame: 'us', message: 'The server is shutting down.' },
  ENCODER_UNAVAILABLE: {
    status: 503,
    retry: false,
    blame: 'us',
    message: 'This encoder is not available on the bridge. Choose another one.',
  },
  DISK_FULL: { status: 507, retry: true, blame: 'us', message: 'The disk is full. Make room; recording goes on by itself then.' },
  INTERNAL: { status: 500, retry: true, blame: 'us', message: 'Something failed on the server. It has been logged.' },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERRORS;
const codes = Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]];
export const ErrorCode = z.enum(codes);

/** What of an error crosses a wire. `details` is safe to show: it never holds a secret. */
export const WireError = z.object({ code: ErrorCode, message: z.string(), details: z.record(z.string(), z.unknown()).optional() });
export type WireError = z.infer<typeof WireError>;

/** The one error class of the product: a code from the table, public details, and a cause that stays here. */
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

/** Whatever was thrown, as something that may be sent: unknown errors become INTERNAL and keep their text to themselves. */
export function toLianmaiError(thrown: unknown): LianmaiError {
  return thrown instanceof LianmaiError ? thrown : new LianmaiError('INTERNAL', undefined, { cause: thrown });
}

/** Parses data from outside; what does not fit becomes BAD_REQUEST naming the path and what was expected. */
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
