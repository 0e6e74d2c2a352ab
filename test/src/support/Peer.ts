import { spawn, spawnSync, type ChildProcess } from 'node:child_process';

/** Whether a program is installed. Tests that need it are skipped where it is not. */
export const has = (program: string): boolean => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

/** Somebody else's program that publishes to the system or plays from it. Keeps its output. */
export class Peer {
  readonly pid: number;
  /** Its exit code; null: a signal ended it. */
  readonly exited: Promise<number | null>;
  readonly #child: ChildProcess;
  #log = '';

  constructor(program: string, args: readonly string[], env: Record<string, string> = {}) {
    this.#child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
    this.pid = this.#child.pid ?? 0;
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('latin1').on('data', (text: string) => (this.#log = (this.#log + text).slice(-100_000)));
    }
    this.exited = new Promise((resolve) => {
      this.#child.once('close', (code) => resolve(code));
      this.#child.once('error', (error) => {
        this.#log += String(error);
        resolve(-1);
      });
    });
    const kill = () => this.#child.kill('SIGKILL');
    process.once('exit', kill);
    void this.exited.then(() => process.off('exit', kill));
  }

  get log(): string {
    return this.#log;
  }

  get hasExited(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Ends at once, like a crash or a pulled cable. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.exited;
  }

  /** Ends as by Ctrl-C, with a goodbye to the system. */
  async stop(): Promise<void> {
    this.#child.kill('SIGINT');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 5000);
    await this.exited;
    clearTimeout(timer);
  }
}

const CODING = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '15', '-pix_fmt', 'yuv420p', '-c:a', 'aac'];

/** A test picture, or `source`, at 15 frames a second with a key frame every second, and a tone. */
export function livePicture(source = 'testsrc2=s=320x180:r=15', frequencyHz = 440): string[] {
  const sound = `sine=r=48000:f=${frequencyHz}`;
  return ['-re', '-f', 'lavfi', '-i', source, '-re', '-f', 'lavfi', '-i', sound, ...CODING];
}

/** FFmpeg that publishes until it is stopped or disconnected. */
export function publishWith(input: readonly string[], to: string): Peer {
  const format = to.startsWith('srt:') ? 'mpegts' : 'flv';
  return new Peer(process.env.FFMPEG_PATH ?? 'ffmpeg', ['-nostdin', '-hide_banner', '-v', 'info', ...input, '-f', format, to]);
}

/** Publishes a file unchanged, at its own speed. */
export const publishFile = (file: string, to: string, send: readonly string[] = []): Peer =>
  publishWith(['-re', '-i', file, '-map', '0', '-c', 'copy', ...send], to);
