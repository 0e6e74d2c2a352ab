import type { Closable } from '@lianmai/kit';
import { LianmaiError } from '@lianmai/protocol';
import type { MediaTag, Stream, StreamHub } from '../stream/index.js';
import type { Admission, Gate, GateRequest } from './Gate.js';

/** The right to write one stream, from the gate and the hub together. */
export interface PublishSession extends Closable {
  readonly stream: Stream;
  readonly admission: Admission;
  /** Aborts when it is over from our side: kicked (FORBIDDEN) or taken over (CONFLICT). Hang up then. */
  readonly signal: AbortSignal;
  write(tag: MediaTag): void;
  /** `isFinal`: the broadcaster said goodbye; the stream ends without waiting for the grace. */
  close(reason: string, isFinal?: boolean): void;
}

/** Throws what the gate throws, and CONFLICT while another publisher has the stream. */
export async function openPublishSession(
  parts: { gate: Pick<Gate, 'admit'>; hub: StreamHub },
  request: Omit<GateRequest, 'action'>,
): Promise<PublishSession> {
  const admission = await parts.gate.admit({ ...request, action: 'publish' });
  const { onTaken, resumeGraceMs } = admission.policy;
  // Not AbortSignal.any: Node keeps such a signal, and all that listens to it, for as long as nothing aborts.
  const over = new AbortController();
  admission.signal.addEventListener('abort', () => over.abort(admission.signal.reason), { once: true });
  const onTakenOver = () => over.abort(new LianmaiError('CONFLICT', undefined, { message: 'Another publisher took the stream over.' }));
  try {
    const publisher = parts.hub.publish(request, { resumeGraceMs, onTaken, onTakenOver });
    return {
      stream: publisher.stream,
      admission,
      signal: over.signal,
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
