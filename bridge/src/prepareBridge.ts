import type { Worker } from 'node:worker_threads';
import type { Log } from '@lianmai/kit';
import { findFfmpeg, type Ffmpeg } from './media/ffmpeg/index.js';
import { ProgramThreadPool } from './program/index.js';
import { SpriteRenderer } from './program/compositor/overlays/index.js';
import { untilLoaded } from './runtime/index.js';
import { startSrtThread } from './servers/srt/index.js';

/** Everything that a bridge can have ready before it knows its settings; together with the loaded modules, nearly all that its start costs. */
export interface PreparedBridge {
  log: Log;
  ffmpeg: Ffmpeg;
  /** Has its fonts loaded. */
  spriteRenderer: SpriteRenderer;
  /** Has a thread for the first program. */
  threadPool: ProgramThreadPool;
  /** Waits for its port. */
  srtThread: Worker;
  /** True once loading is over, so that nothing slows down what has to be quick. */
  loaded: Promise<unknown>;
}

/** Starts the threads, which load their modules side by side, and finds FFmpeg meanwhile. Throws FfmpegNotFound. */
export async function prepareBridge(log: Log): Promise<PreparedBridge> {
  const finding = findFfmpeg();
  const [threadPool, spriteRenderer, srtThread] = [new ProgramThreadPool(log), new SpriteRenderer(log), startSrtThread()];
  const loaded = Promise.all([threadPool.loaded, spriteRenderer.loaded, untilLoaded(srtThread)]);
  return { log, ffmpeg: await finding, threadPool, spriteRenderer, srtThread, loaded };
}
