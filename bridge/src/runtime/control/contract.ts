import type { BridgeEventData, BridgeEventName, BridgeRequestData, BridgeRequestName, BridgeRequestReply } from '@lianmai/protocol';

/** What a bridge does when the server asks; throws LianmaiError. A declared but unhandled request does not compile. */
export type BridgeHandlers = { [N in BridgeRequestName]: (data: BridgeRequestData<N>) => Promise<BridgeRequestReply<N>> };

/** Tells the server something; lost while it is away, which is why `onConnected` exists. */
export type Announce = <N extends BridgeEventName>(name: N, data: BridgeEventData<N>) => void;
