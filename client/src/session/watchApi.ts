import { WatchInfo, type StreamRef } from '@lianmai/protocol';
import { callApi } from './callApi';

interface WatchOptions {
  /** The parameters of the page's signed URL. Of a signed stream, the server tells little more than its state without them. */
  signature: URLSearchParams;
  signal?: AbortSignal;
}

/** Fetches the information about a stream: whether it is live, and where it plays. */
export function watchInfo({ app, name }: StreamRef, { signature, signal }: WatchOptions): Promise<WatchInfo> {
  const path = `/api/v1/watch/${encodeURIComponent(app)}/${encodeURIComponent(name)}?${signature.toString()}`;
  return callApi(path, WatchInfo, signal ? { signal } : {});
}
