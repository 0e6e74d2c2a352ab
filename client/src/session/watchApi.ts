import { WatchInfo, type StreamRef } from '@lianmai/protocol';
import { callApi } from './callApi';

/** Fetches the public information about a stream: whether it is live, and where it plays. */
export const watchInfo = ({ app, name }: StreamRef, signal?: AbortSignal): Promise<WatchInfo> =>
  callApi(`/api/v1/watch/${encodeURIComponent(app)}/${encodeURIComponent(name)}`, WatchInfo, signal ? { signal } : {});
