import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse as parseYaml } from 'yaml';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ENV_PATHS, ServerConfig } from '../server/src/config/index.js';
import { copies, parseDockerfile, parseIgnore } from './readDockerfile.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string) => readFileSync(`${ROOT}/${path}`, 'utf8');

const isIgnored = parseIgnore(read('.dockerignore'));
const tracked = execFileSync('git', ['-c', 'safe.directory=*', 'ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .trim()
  .split('\n');
/** The files that Docker would get from a fresh clone. */
const context = tracked.filter((path) => existsSync(`${ROOT}/${path}`) && !isIgnored(path));
const stages = parseDockerfile(read('deploy/Dockerfile'));
const final = stages.at(-1)!;
const values = (name: string) => final.instructions.filter((one) => one.name === name).map((one) => one.value);
const inContext = (path: string) => context.filter((file) => file === path || file.startsWith(path.endsWith('/') ? path : `${path}/`));

const Compose = z.object({
  services: z.object({
    lianmai: z.object({
      build: z.object({ context: z.string(), dockerfile: z.string() }),
      restart: z.string(),
      environment: z.record(z.string(), z.union([z.string(), z.number()])),
      ports: z.array(z.string()),
      volumes: z.array(z.string()),
      healthcheck: z.object({ test: z.array(z.string()) }),
    }),
  }),
  volumes: z.record(z.string(), z.unknown()),
});
const compose = Compose.parse(parseYaml(read('docker-compose.yml')));
const service = compose.services.lianmai;

/** The container's side of entries such as `40000-40001:40000-40001/udp`. */
function containerPorts(): string[] {
  return service.ports.flatMap((entry) => {
    const [, first = '', last = first, protocol = 'tcp'] = /:(\d+)(?:-(\d+))?(?:\/(\w+))?$/.exec(entry) ?? [];
    return Array.from({ length: Number(last) - Number(first) + 1 }, (_, index) => `${Number(first) + index}/${protocol}`);
  });
}

describe('the build context', () => {
  it('contains everything that the Dockerfile copies from it', () => {
    const sources = stages.flatMap(copies).filter((copy) => copy.from === null);
    for (const source of sources.flatMap((copy) => copy.sources)) expect(inContext(source), source).not.toHaveLength(0);
    expect(sources.length).toBeGreaterThan(5);
  });

  it('provides the manifest of every workspace before npm ci, and its sources before the build', () => {
    const { workspaces } = z.object({ workspaces: z.array(z.string()) }).parse(JSON.parse(read('package.json')));
    const manifests = stages.find((stage) => stage.as === 'manifests')!;
    expect(copies(manifests).flatMap((copy) => copy.sources)).toEqual(
      expect.arrayContaining(workspaces.map((name) => `${name}/package.json`)),
    );
    const built = copies(stages.find((stage) => stage.as === 'build')!).flatMap((copy) => copy.sources);
    expect(built).toEqual(expect.arrayContaining(workspaces.filter((name) => name !== 'test').map((name) => `${name}/`)));
  });

  it('contains no tests, no history and no secrets', () => {
    for (const path of [
      '.git/config',
      'node_modules/x/index.js',
      'server/dist/main.js',
      '.env',
      'deploy/.env.local',
      'data/key.pem',
      'lianmai.config.yaml',
    ]) {
      expect(isIgnored(path), path).toBe(true);
    }
    expect(context.filter((path) => path.includes('.test.') || path.startsWith('docs/'))).toEqual([]);
    expect(context).toEqual(
      expect.arrayContaining(['package-lock.json', 'client/index.html', 'server/src/main.ts', 'scripts/mediasoup-worker/shims/srtp.h']),
    );
  });
});

describe('the image', () => {
  it('copies only from stages that exist, and from their working folders', () => {
    const names = stages.map((stage) => stage.as);
    for (const copy of stages.flatMap(copies).filter(({ from }) => from !== null)) {
      expect(names, copy.sources.join()).toContain(copy.from);
      for (const source of copy.sources) expect(source).toMatch(/^\/app\//);
    }
  });

  it('contains the build of each workspace that runs', () => {
    const brought = copies(final).flatMap((copy) => copy.sources);
    for (const name of ['protocol', 'kit', 'server', 'bridge', 'client']) expect(brought).toContain(`/app/${name}/dist/`);
    expect(brought).toContain('/app/node_modules/mediasoup/worker/out/Release/mediasoup-worker');
  });

  it('runs on Node 24, not as root, with a health check, and receives signals', () => {
    expect(final.from).toBe('node:24-bookworm-slim');
    expect(values('USER')).toEqual(['node']);
    const order = final.instructions.map((one) => one.name);
    expect(order.indexOf('USER')).toBeGreaterThan(order.lastIndexOf('RUN'));
    expect(values('HEALTHCHECK')[0]).toContain('deploy/healthcheck.mjs');
    expect(values('ENTRYPOINT')).toEqual(['["tini", "--", "node", "server/dist/main.js"]']);
  });

  it('exposes the ports of the default configuration', () => {
    const { http, origin, rtmp, srt, rtc } = ServerConfig.parse({});
    const exposed = (values('EXPOSE')[0] ?? '').split(/\s+/);
    const wanted = [`${http.port}`, `${origin.port}`, `${rtmp.port}`, `${srt.port}/udp`, `${rtc.port}/udp`, `${rtc.port}/tcp`];
    expect(exposed).toEqual(expect.arrayContaining(wanted));
  });
});

describe('docker-compose.yml', () => {
  it('builds the Dockerfile with the checkout as the context', () => {
    expect(service.build.context).toBe('.');
    expect(tracked).toContain(service.build.dockerfile);
  });

  it('publishes the ports of the default configuration and one per worker', () => {
    const { http, origin, rtmp, srt, rtc } = ServerConfig.parse({});
    const workers = Number(service.environment['RTC_WORKERS']);
    const media = Array.from({ length: workers }, (_, index) => rtc.port + index);
    const single = [`${http.port}/tcp`, `${origin.port}/tcp`, `${rtmp.port}/tcp`, `${srt.port}/udp`];
    const wanted = [...single, ...media.flatMap((port) => [`${port}/udp`, `${port}/tcp`])];
    expect(containerPorts().sort()).toEqual(wanted.sort());
  });

  it('sets only variables that the server knows', () => {
    expect(Object.keys(ENV_PATHS)).toEqual(expect.arrayContaining(Object.keys(service.environment)));
  });

  it('keeps its data, restarts by itself and has a health check', () => {
    const dataDir = /DATA_DIR=(\S+)/.exec(values('ENV').join(' '))?.[1];
    expect(service.volumes).toEqual([`data:${dataDir}`]);
    expect(values('VOLUME')).toEqual([dataDir]);
    expect(Object.keys(compose.volumes)).toEqual(['data']);
    expect(service.restart).toBe('unless-stopped');
    expect(service.healthcheck.test).toContain('deploy/healthcheck.mjs');
  });
});
