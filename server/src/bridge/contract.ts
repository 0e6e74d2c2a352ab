import type { EventEmitter } from 'node:events';
import type {
  BridgeCallData,
  BridgeEventData,
  BridgeEventName,
  BridgeRequestInput,
  BridgeRequestName,
  BridgeRequestReply,
} from '@lianmai/protocol';

export type BridgeHello = BridgeCallData<'hello'>;

export type BridgeEvents = { [N in BridgeEventName]: [data: BridgeEventData<N>] } & {
  /** The socket is gone; the process may run on and come back. */
  disconnected: [];
  /** Said hello again: `programs` are those that run on. */
  reconnected: [hello: BridgeHello];
  /** It will not come back: its process ended, or it stayed away too long. Its programs are lost. */
  gone: [reason: string];
};

/** A bridge as the server sees it, from its first hello until it is gone for good. */
export interface Bridge extends EventEmitter<BridgeEvents> {
  readonly id: string;
  readonly state: 'connected' | 'disconnected' | 'gone';
  readonly hello: BridgeHello;
  /** CPU cores that are set aside for its programs. */
  readonly reservedCores: number;
  /** Whether one of its programs gets less CPU than it needs: other work keeps the machine busy. */
  readonly isShortOfCpu: boolean;
  /** Throws what the bridge answers, BRIDGE_UNAVAILABLE when it is not connected, TIMEOUT when it does not answer. */
  request<N extends BridgeRequestName>(name: N, data: BridgeRequestInput<N>): Promise<BridgeRequestReply<N>>;
  /** Sets cores aside for a program. */
  reserve(cores: number): CoreReservation;
}

/** Cores that are set aside on a bridge for one program. */
export interface CoreReservation {
  /** Cores that the program uses now, and whether it needs more than it gets. The reservation grows when the cores stay above the estimate. */
  measured(cores: number, isShort: boolean): void;
  release(): void;
}

export interface BridgePoolEvents {
  /** A bridge said hello: a new one, or one that came back. */
  bridgeConnected: [bridge: Bridge];
}

export interface BridgePool extends EventEmitter<BridgePoolEvents> {
  /** Connected ones and those that may come back. */
  readonly bridges: readonly Bridge[];
}
