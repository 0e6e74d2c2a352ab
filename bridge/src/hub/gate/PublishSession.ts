import type { Closable } from '@lianmai/kit';
import { LianmaiError } from '@lianmai/protocol';
import type { MediaTag, Stream, StreamHub } from '../stream/index.js';
import type { Admission, Gate, GateRequest } from './Gate.js';

/** The exclusive right to write one stream, granted by the gate and the hub. */
export interface PublishSession extends Closable {
  readonly stream: Stream;
  readonly admission: Admission;
  /** Aborts when we end the session: FORBIDDEN after a kick, CONFLICT after a takeover. The owner must then disconnect the client. */
  readonly signal: AbortSignal;
  write(tag: MediaTag): void;
  /** `isFinal`: the broadcaster stopped on purpose, so the stream ends without a grace period. */
  close(reason: string, isFinal?: boolean): void;
}

/** Throws the gate's error, or CONFLICT while another publisher has the stream. */
export async function openPublishSession(
  parts: { gate: Pick<Gate, 'admit'>; hub: StreamHub },
  request: Omit<GateRequest, 'action'>,
): Promise<PublishSession> {
  const admission = await parts.gate.admit({ ...request, action: 'publish' });
  const { onTaken, resumeGraceMs } = admission.policy;
  // AbortSignal.any would leak here: Node keeps the combined signal and its listeners until one source aborts.
  const ended = new AbortController();
  admission.signal.addEventListener('abort', () => ended.abort(admission.signal.reason), { once: true });
  const onTakenOver = () => ended.abort(new LianmaiError('CONFLICT', undefined, { message: 'Another publisher took over this stream.' }));
  try {
    const publisher = parts.hub.publish(request, { resumeGraceMs, onTaken, onTakenOver });
    return {
      stream: publisher.stream,
      admission,
      signal: ended.signal,
      write(tag) {
        admission.bytes += tag.body.length;
        publisher.write(tag);
      },
      close(reason, isFinal = false) {
        admission.release();
        void publisher.close(reason, isFinal);
      },
    };
  } catch (error) {
    admission.release();
    throw error;
  }
}
