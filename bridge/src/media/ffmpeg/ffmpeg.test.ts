import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { createLog } from '@lianmai/kit';
import { FfmpegNotFound, findFfmpeg, FfmpegProcess, type Ffmpeg } from './index.js';
import { LineSplitter } from './LineSplitter.js';
import { copyInto } from './readIntoMemory.js';

const log = createLog('test', 'silent');
let ffmpeg: Ffmpeg;

beforeAll(async () => {
  ffmpeg = await findFfmpeg();
});

describe('findFfmpeg', () => {
  it('finds a working FFmpeg with its version and at least x264', () => {
    expect(existsSync(ffmpeg.path)).toBe(true);
    expect(ffmpeg.version).toMatch(/\d/);
    expect(ffmpeg.encoders).toContain('x264');
  });

  it('uses FFMPEG_PATH and nothing else, and names it when it does not run', async () => {
    expect((await findFfmpeg({ FFMPEG_PATH: ffmpeg.path, PATH: '' })).path).toBe(ffmpeg.path);
    const attempt = findFfmpeg({ FFMPEG_PATH: '/nowhere/ffmpeg', PATH: dirname(ffmpeg.path) });
    await expect(attempt).rejects.toThrow(FfmpegNotFound);
    await expect(attempt).rejects.toThrow('/nowhere/ffmpeg');
  });
});

describe('LineSplitter', () => {
  it('yields the same lines however the text is split', () => {
    const text = fc.array(fc.stringMatching(/^[ -~]{1,30}$/), { maxLength: 20 });
    fc.assert(
      fc.property(text, fc.infiniteStream(fc.integer({ min: 1, max: 40 })), (lines, sizes) => {
        const out: string[] = [];
        const splitter = new LineSplitter((line) => out.push(line));
        let rest = Buffer.from(lines.map((line, index) => line + (index % 2 === 0 ? '\n' : '\r')).join(''));
        for (const size of sizes) {
          splitter.push(rest.subarray(0, size));
          rest = rest.subarray(size);
          if (rest.length === 0) break;
        }
        expect(out).toEqual(lines);
      }),
    );
  });
});

/** Copies bytes through: FFmpeg as `cat`. */
const createCopy = (input: 'input' | 'socket', { graceMs = 1000, onLine }: { graceMs?: number; onLine?: (line: string) => boolean } = {}) =>
  new FfmpegProcess({
    path: ffmpeg.path,
    name: 'copy',
    pipes: { in: input, out: 'output' },
    commandLine: (at) => ['-f', 's16le', '-ar', '48000', '-ac', '1', '-i', at.in, '-c', 'copy', '-f', 's16le', at.out],
    log,
    graceMs,
    ...(onLine && { onLine }),
  });

describe('FfmpegProcess', () => {
  it.each(['input', 'socket'] as const)('passes bytes through an %s and an output', async (kind) => {
    const child = createCopy(kind);
    const sent = Buffer.from(Array.from({ length: 400_000 }, (_, index) => index % 251));
    const chunks: Buffer[] = [];
    const ended = once(
      child.output('out').on('data', (chunk: Buffer) => chunks.push(chunk)),
      'end',
    );
    child.input('in').end(sent);
    await ended;
    expect(Buffer.concat(chunks).equals(sent)).toBe(true);
    expect(await child.exited).toEqual({ code: 0, signal: null });
    expect(child.hasExited).toBe(true);
  });

  it('reads an output into memory chosen by the reader', async () => {
    const child = createCopy('input');
    const sent = Buffer.from(Array.from({ length: 400_000 }, (_, index) => index % 251));
    const read = Buffer.alloc(sent.length + 100);
    let filled = 0;
    child.readInto('out', { buffer: () => read.subarray(filled, filled + 10_000), filled: (count) => (filled += count) });
    child.input('in').end(sent);
    await vi.waitFor(() => expect(filled).toBe(sent.length));
    expect(read.subarray(0, filled).equals(sent)).toBe(true);
  });

  it('passes on the lines of stderr', async () => {
    const lines: string[] = [];
    const child = createCopy('input', { onLine: (line) => lines.push(line) > 0 });
    child.input('in').end(Buffer.alloc(9600));
    child.output('out').resume();
    await child.exited;
    expect(lines.some((line) => line.includes('Input #0, s16le'))).toBe(true);
  });

  it('measures the CPU time and memory of the child', async () => {
    const commandLine = () => ['-v', 'quiet', '-f', 'lavfi', '-i', 'testsrc2=s=640x360', '-t', '5', '-f', 'null', '-'];
    const child = new FfmpegProcess({ path: ffmpeg.path, name: 'work', pipes: {}, commandLine, log });
    await vi.waitFor(() => expect(child.cpuSeconds()).toBeGreaterThan(0));
    expect(child.rssBytes()).toBeGreaterThan(1e6);
    await child.exited;
    expect(child.cpuSeconds()).toBeGreaterThan(0);
    expect(child.rssBytes()).toBe(0);
  });

  it.each(['input', 'socket'] as const)('silently loses what is written to an %s of a dead child', async (kind) => {
    const child = createCopy(kind);
    child.kill('SIGKILL');
    expect(await child.exited).toEqual({ code: null, signal: 'SIGKILL' });
    for (let i = 0; i < 10; i++) child.input('in').write(Buffer.alloc(100_000));
    child.stdin.write('q');
    await child.close('test');
  });

  it('finishes by itself when closed, because its inputs end', async () => {
    const child = createCopy('socket', { graceMs: 60_000 });
    child.output('out').resume();
    child.input('in').write(Buffer.alloc(96_000));
    await child.close('test');
    expect(await child.exited).toMatchObject({ signal: null });
  });

  it('is killed when it does not exit', async () => {
    const child = createCopy('socket');
    child.kill('SIGSTOP');
    const startedAtMs = performance.now();
    await Promise.all([child.close('test'), child.close('again')]);
    expect(await child.exited).toEqual({ code: null, signal: 'SIGKILL' });
    expect(performance.now() - startedAtMs).toBeGreaterThan(2900);
  });

  it('reports that it could not be started', async () => {
    const child = new FfmpegProcess({
      path: '/nowhere/ffmpeg',
      name: 'none',
      pipes: { in: 'socket', out: 'output' },
      commandLine: () => [],
      log,
    });
    child.input('in').write('lost');
    expect(await child.exited).toMatchObject({ code: null, error: { code: 'ENOENT' } });
    await child.close('test');
  });

  it.runIf(process.platform === 'linux')('reports that no descriptor is left, and starts again when there are some', async () => {
    const script = fileURLToPath(new URL('testing/startWithoutDescriptors.ts', import.meta.url));
    const command = `ulimit -n 200; exec "$0" --conditions=source --import tsx ${script} ${ffmpeg.path}`;
    const parent = spawn('bash', ['-c', command, process.execPath], { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
    const said = await text(parent.stdout);
    expect(JSON.parse(said)).toEqual({ exit: 'OVERLOADED', read: 0, job: 'OVERLOADED', thumbnail: 'OVERLOADED', after: 0 });
  });

  it('exits when the process that started it is killed', async () => {
    const script = fileURLToPath(new URL('testing/holdDecoder.ts', import.meta.url));
    const parent = spawn(process.execPath, ['--conditions=source', '--import', 'tsx', script, ffmpeg.path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const pids = line.toString().trim().split(' ').map(Number);
    expect(pids.every(isRunning)).toBe(true);
    parent.kill('SIGKILL');
    await vi.waitFor(() => expect(pids.some(isRunning)).toBe(false));
  });
});

/** A dead process that nobody has waited for yet is a zombie. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'));
  } catch {
    return false;
  }
}

describe('copyInto', () => {
  it('fills one piece of memory after another', () => {
    const pieces: number[][] = [];
    let target = new Uint8Array(3);
    copyInto(Uint8Array.of(1, 2, 3, 4, 5, 6, 7), {
      buffer: () => (target = new Uint8Array(3)),
      filled: (count) => pieces.push([...target.subarray(0, count)]),
    });
    expect(pieces).toEqual([[1, 2, 3], [4, 5, 6], [7]]);
  });
});
