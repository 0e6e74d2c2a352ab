import { X509Certificate } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { mkdtempSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ConfigError } from '@lianmai/kit';
import { afterEach, describe, expect, it } from 'vitest';
import { assertPortIsFree, assertUdpPortIsFree, certificateFiles, HttpListener, readCertificate, selfSignedCertificate } from './index.js';

const fronts: HttpListener[] = [];
afterEach(async () => {
  await Promise.all(fronts.splice(0).map((front) => front.close()));
});
async function open(options: Partial<Parameters<typeof HttpListener.open>[0]> = {}) {
  const front = await HttpListener.open({ port: 0, host: '127.0.0.1', certificate: null, option: 'PORT', ...options });
  fronts.push(front);
  return front;
}
const folder = () => mkdtempSync(path.join(tmpdir(), 'lianmai-tls-'));

describe('a listening address', () => {
  it('[HTTP-01] is alive from the start, and hands other requests over once there is a handler', async () => {
    const front = await open();
    const url = `http://127.0.0.1:${front.port}`;
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
    expect(((await (await fetch(`${url}/api/v1/rooms`)).json()) as { error: unknown }).error).toMatchObject({ code: 'SHUTTING_DOWN' });
    front.handle((_request, response) => response.end('hello'));
    expect(await (await fetch(`${url}/`)).text()).toBe('hello');
  });

  it('[HTTP-04] answers upgrades that nobody serves at once and closes them', async () => {
    const front = await open();
    const upgrade = async (path: string) => {
      const socket = connect(front.port, '127.0.0.1').setEncoding('utf8');
      socket.write(`GET ${path} HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
      let text = '';
      for await (const part of socket) text += String(part);
      return text.split('\r\n')[0];
    };
    expect(await upgrade('/nowhere')).toBe('HTTP/1.1 503 Service Unavailable');
    front.handle((_request, response) => response.end());
    front.passUpgrades((url) => url.startsWith('/served/'));
    front.server.on('upgrade', (request, socket) => void (request.url === '/served/' && socket.end('HTTP/1.1 400 Served\r\n\r\n')));
    for (const path of ['/nowhere', '/', '/socket.io', '/serve']) expect(await upgrade(path)).toBe('HTTP/1.1 404 Not Found');
    expect(await upgrade('/served/')).toBe('HTTP/1.1 400 Served');
  });

  it('[HTTP-02] names a port that is taken, and the option to choose another', async () => {
    const { port } = await open();
    await expect(open({ port })).rejects.toThrow(ConfigError);
    await expect(open({ port })).rejects.toThrow(`Port ${port} is in use by another program. Choose another one with PORT.`);
    await expect(assertPortIsFree(port, '127.0.0.1', 'ORIGIN_PORT')).rejects.toThrow('ORIGIN_PORT');
    const udp = createSocket('udp4');
    await new Promise<void>((resolve) => udp.bind(0, resolve));
    await expect(assertUdpPortIsFree(udp.address().port, '0.0.0.0', 'SRT_PORT')).rejects.toThrow('Choose another one with SRT_PORT.');
    udp.close();
    await expect(open({ host: '203.0.113.250' })).rejects.toThrow('This machine has no address 203.0.113.250');
  });
});

describe('a self-signed certificate', () => {
  it('is given to another process as files, unless others are configured', async () => {
    const dataDir = folder();
    const files = await certificateFiles({}, dataDir, []);
    expect(await readCertificate(files)).toMatchObject({ cert: (await selfSignedCertificate(dataDir, [])).cert });
    expect(await certificateFiles({ cert: '/a/cert.pem', key: '/a/key.pem' }, dataDir, [])).toEqual({
      cert: '/a/cert.pem',
      key: '/a/key.pem',
    });
  });

  it('[HTTP-03] covers this machine’s names and addresses, is reused, and has a private key that only its owner can read', async () => {
    const dataDir = folder();
    const first = await selfSignedCertificate(dataDir, ['192.0.2.7']);
    const x509 = new X509Certificate(first.cert);
    expect(x509.checkHost('localhost')).toBe('localhost');
    expect(x509.checkIP('192.0.2.7')).toBe('192.0.2.7');
    expect(statSync(path.join(dataDir, 'tls', 'key.pem')).mode & 0o777).toBe(0o600);
    expect((await selfSignedCertificate(dataDir, ['192.0.2.7'])).cert).toBe(first.cert);
    expect((await selfSignedCertificate(dataDir, ['192.0.2.8'])).cert).not.toBe(first.cert);
  });

  it('[HTTP-04] serves', async () => {
    const certificate = await selfSignedCertificate(folder(), []);
    const { port } = await open({ certificate });
    const status = await new Promise((resolve, reject) => {
      const call = request({ host: '127.0.0.1', port, path: '/healthz', ca: certificate.cert, agent: false }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      call.on('error', reject).end();
    });
    expect(status).toBe(200);
  });

  it('[HTTP-05] reports configured files that are missing or invalid', async () => {
    await expect(readCertificate({ cert: '/nowhere/cert.pem', key: '/nowhere/key.pem' })).rejects.toThrow('--cert /nowhere/cert.pem');
    const file = path.join(folder(), 'nonsense.pem');
    writeFileSync(file, 'nonsense');
    const certificate = await readCertificate({ cert: file, key: file });
    await expect(open({ certificate })).rejects.toThrow('The certificate and key cannot be used');
  });
});
