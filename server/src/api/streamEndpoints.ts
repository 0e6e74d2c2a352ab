import type { StreamRef } from '@lianmai/protocol';
import type { StreamEndpoints } from '../streams/index.js';
import type { ApiServices, Caller } from './contract.js';

/**
 * Returns the listeners of the bridge that has, or would get, this stream: under the caller's host name, unless the bridge runs
 * elsewhere.
 */
export function endpointsFor(stream: StreamRef, { streams, originUrl, originPort, ports }: ApiServices, caller: Caller): StreamEndpoints {
  const hello = streams.statuses.bridgeOf(stream)?.hello;
  const bridgeUrl = hello?.origin.url ?? null;
  const host = bridgeUrl !== null && URL.canParse(bridgeUrl) ? new URL(bridgeUrl).hostname : caller.hostname;
  return {
    site: caller.baseUrl,
    origin: (originUrl ?? bridgeUrl ?? `http://${host}:${hello?.origin.port ?? originPort}`).replace(/\/$/, ''),
    host,
    rtmpPort: hello?.ports.rtmp ?? ports.rtmp,
    rtmpsPort: hello?.ports.rtmps ?? ports.rtmps,
    srtPort: hello?.ports.srt ?? ports.srt,
  };
}
