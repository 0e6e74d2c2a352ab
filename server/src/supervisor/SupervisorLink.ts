import { EventEmitter, once } from 'node:events';
import { sendAlive, type EmbeddedBridgeSettings, type LogLevel } from '@lianmai/kit';
import type { FromServer, ToServer, Welcome } from './messages.js';

export interface SupervisorLinkEvents {
  welcome: [];
  bridgeEnded: [bridgeId: string];
  /** Close everything in order, for good. */
  end: [reason: string];
}

/** The server's channel to the process that supervises it. */
export class SupervisorLink extends EventEmitter<SupervisorLinkEvents> {
  #welcome: Welcome | null = null;

  private constructor() {
    super();
    process.on('message', (message: ToServer) => this.#receive(message));
    // A server that runs on without its supervisor keeps ports that the next one needs.
    process.on('disconnect', () => process.exit(1));
  }

  /** Resolves when the supervisor has introduced itself. Throws without one. */
  static async open(): Promise<SupervisorLink> {
    if (!process.send) throw new Error('The server runs under its supervisor: start server/dist/main.js.');
    const link = new SupervisorLink();
    await once(link, 'welcome');
    sendAlive();
    return link;
  }

  get welcome(): Welcome {
    if (!this.#welcome) throw new Error('the supervisor has not introduced itself');
    return this.#welcome;
  }

  /** Keeps a bridge running with these settings, also while no server runs. */
  runBridge(settings: EmbeddedBridgeSettings, hasSpare: boolean): void {
    this.#send({ kind: 'runBridge', settings, hasSpare });
  }

  ready(logLevel: LogLevel): void {
    this.#send({ kind: 'ready', logLevel });
  }

  #send(message: FromServer): void {
    if (process.connected) process.send?.(message);
  }

  #receive(message: ToServer): void {
    switch (message.kind) {
      case 'welcome':
        this.#welcome = message;
        this.emit('welcome');
        break;
      case 'bridgeEnded':
        this.emit('bridgeEnded', message.bridgeId);
        break;
      case 'end':
        this.emit('end', message.reason);
    }
  }
}
