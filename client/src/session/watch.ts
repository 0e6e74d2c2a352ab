import { WatchInfo, type StreamRef } from '@lianmai/protocol';
import { call } from './http';

/** What everybody may know about a stream: whether it is live, and where it plays. */
export const watchInfo = ({ app, name }: StreamRef, signal?: AbortSignal): Promise<WatchInfo> =>
  call(`/api/v1/watch/${encodeURIComponent(app)}/${encodeURIComponent(name)}`, WatchInfo, signal ? { signal } : {});
