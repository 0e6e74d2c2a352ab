import type { Log, Metrics, Scope } from '@lianmai/kit';
import type { TokenAuthority } from '../authorisation/index.js';
import type { ServerConfig } from '../config/index.js';
import type { HttpListener } from '../http/index.js';
import type { SupervisorLink } from '../supervisor/index.js';

/** The parts that every start-up step needs. */
export interface BootContext {
  config: ServerConfig;
  /** Closes everything in reverse order. */
  scope: Scope;
  log: Log;
  authority: TokenAuthority;
  metrics: Metrics;
  /** Where browsers connect. */
  listener: HttpListener;
  supervisor: SupervisorLink;
}
