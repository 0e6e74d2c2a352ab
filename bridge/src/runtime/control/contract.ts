import type { BridgeEventData, BridgeEventName, BridgeRequestData, BridgeRequestName, BridgeRequestReply } from '@lianmai/protocol';

/** One handler per request the server may send; each throws LianmaiError. A request without a handler does not compile. */
export type BridgeHandlers = { [N in BridgeRequestName]: (data: BridgeRequestData<N>) => Promise<BridgeRequestReply<N>> };

/** Tells the server something. Lost while the server is away, hence the link's `connected` event. */
export type Announce = <N extends BridgeEventName>(name: N, data: BridgeEventData<N>) => void;
