import type { EmbeddedBridgeSettings, LogLevel } from '@lianmai/kit';

/** Sent once, first of all: what outlives a server process. */
export interface Welcome {
  kind: 'welcome';
  /** Valid for the bridge that the supervisor runs. */
  bridgeToken: string;
  /** Signs tokens while no API secret is configured. */
  developmentSecret: string;
  /** Of the bridge that has survived the last server process. */
  bridgeSettings: EmbeddedBridgeSettings | null;
}

export type ToServer =
  | Welcome
  /** A bridge process has ended; another one is started. */
  | { kind: 'bridgeEnded'; bridgeId: string }
  /** Close everything in order, for good. */
  | { kind: 'end'; reason: string };

export type FromServer =
  /** Has opened all its ports. From now on it is started again whenever it ends. */
  | { kind: 'ready'; logLevel: LogLevel }
  /** Keep a bridge running with these settings, and another process ready to take its place. A bridge that runs with others is replaced. */
  | { kind: 'runBridge'; settings: EmbeddedBridgeSettings; hasSpare: boolean };
