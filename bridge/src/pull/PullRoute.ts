import { Scope, type Closable } from '@lianmai/kit';
import type { LianmaiError } from '@lianmai/protocol';
import type { PullInput } from './pullSource.js';

/** How FFmpeg gets to one source during one run: what it opens, and the proxies and relays on loopback that connect for it. */
export class PullRoute implements Closable {
  readonly #scope = new Scope();
  #input: PullInput | null = null;
  #failure: LianmaiError | null = null;

  /** Opens a route; what `build` owns is closed with it, or at once if building fails. */
  static async open(build: (route: PullRoute) => Promise<PullInput>): Promise<PullRoute> {
    const route = new PullRoute();
    try {
      route.#input = await build(route);
      return route;
    } catch (error) {
      await route.close('not opened');
      throw error;
    }
  }

  get input(): PullInput {
    if (!this.#input) throw new Error('the route is not open');
    return this.#input;
  }

  /** The first failure to connect for FFmpeg, which only knows that its own connection has ended. */
  get failure(): LianmaiError | null {
    return this.#failure;
  }

  readonly fail = (error: LianmaiError): void => {
    this.#failure ??= error;
  };

  own<T extends Closable>(part: T): T {
    return this.#scope.own(part);
  }

  async close(reason: string): Promise<void> {
    await this.#scope.close(reason);
  }
}
