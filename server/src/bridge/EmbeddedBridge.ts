import type { Log } from '@lianmai/kit';

export interface EmbeddedBridgeOptions {
  /** Where the bridge finds this server: `http://127.0.0.1:3000`. */
  serverUrl: string;
  /** A fresh bridge token for each start. */
  mintToken(): string;
  /** Called when the process that was given `token` has ended: pass it to `Bridges.tokenHolderEnded`. */
  onEnded(token: string): void;
  /** Further environment: ORIGIN_PORT, RTMP_PORT, DATA_DIR, LOG_LEVEL, FFMPEG_PATH. */
  env: Readonly<Record<string, string>>;
  log: Log;
  /** The script to run; default: the bridge workspace's built main. */
  entry?: string;
}

/** Keeps one bridge process running until it is closed. */
export class EmbeddedBridge {
  static start(options: EmbeddedBridgeOptions): EmbeddedBridge {
    void options;
    return new EmbeddedBridge();
  }

  /** null while it is being restarted. */
  get pid(): number | null {
    return null;
  }

  /** Asks it to end, then insists; resolves when it has. */
  close(reason: string): Promise<void> {
    void reason;
    return Promise.resolve();
  }
}
