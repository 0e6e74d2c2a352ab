import { get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { StreamReply } from '@lianmai/protocol';
import type { Browser } from 'playwright-core';
import { askToPlay, HANDSHAKE_BYTES, sayHello } from '../bench/origin/rtmpPlay.js';
import { Peer, whep } from '../support/index.js';

/** Plays until `left` aborts; returns the bytes received (for WHEP and SRT: 1 if it played). */
type Play = (stream: StreamReply, left: AbortSignal) => Promise<number>;

const whenLeft = (left: AbortSignal) => new Promise<void>((resolve) => left.addEventListener('abort', () => resolve(), { once: true }));

const flv: Play = async ({ play }, left) => {
  let bytes = 0;
  try {
    const { body } = await fetch(play.flv, { signal: left });
    for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) bytes += chunk.length;
  } catch (error) {
    if (!left.aborted) throw error;
  }
  return bytes;
};

const wsFlv: Play = async ({ play }, left) => {
  const url = new URL(play.wsFlv.replace('ws:', 'http:'));
  const headers = {
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    connection: 'Upgrade',
    upgrade: 'websocket',
  };
  let bytes = 0;
  const request = get(url, { headers });
  request.on('error', () => undefined);
  request.on('upgrade', (_response: IncomingMessage, socket) => {
    socket.on('data', (chunk: Buffer) => (bytes += chunk.length)).on('error', () => undefined);
    left.addEventListener('abort', () => socket.destroy());
  });
  await whenLeft(left);
  return bytes;
};

const rtmp: Play = async ({ play, app, name }, left) => {
  const socket = connect(Number(new URL(play.rtmp.replace('rtmp:', 'http:')).port), '127.0.0.1');
  let bytes = 0;
  socket
    .on('error', () => undefined)
    .on('data', (chunk) => {
      if (bytes < HANDSHAKE_BYTES && bytes + chunk.length >= HANDSHAKE_BYTES) askToPlay(socket, app, name);
      bytes += chunk.length;
    });
  sayHello(socket);
  await whenLeft(left);
  socket.destroy();
  return Math.max(0, bytes - HANDSHAKE_BYTES);
};

const srt: Play = async ({ play }, left) => {
  const args = ['-nostdin', '-v', 'info', '-analyzeduration', '500000', '-i', play.srt, '-c', 'copy', '-f', 'null', '-'];
  const peer = new Peer('ffmpeg', args);
  await whenLeft(left);
  const hasPlayed = peer.log.includes('Video: h264');
  // Half of the players say goodbye.
  await (Math.random() < 0.5 ? peer.kill() : peer.stop());
  return hasPlayed ? 1 : 0;
};

/** Loads master playlist, media playlist and newest segment as often as a player does. */
const hls: Play = async ({ play }, left) => {
  let bytes = 0;
  const uriIn = (text: string) =>
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .at(-1);
  try {
    while (!left.aborted) {
      const media = new URL(uriIn(await (await fetch(play.hls, { signal: left })).text()) ?? '', play.hls);
      const segment = uriIn(await (await fetch(media, { signal: left })).text());
      if (segment) bytes += (await (await fetch(new URL(segment, media), { signal: left })).arrayBuffer()).byteLength;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  } catch (error) {
    if (!left.aborted) throw error;
  }
  return bytes;
};

/** Plays in a page that is then closed, with a goodbye or without. */
const whepIn =
  (browser: Browser, page: string): Play =>
  async ({ play }, left) => {
    const context = await browser.newContext();
    const viewer = await context.newPage();
    await viewer.addInitScript('globalThis.__name ??= (named) => named');
    await viewer.goto(page);
    const opened = await whep(viewer, play.whep);
    if (!left.aborted) await whenLeft(left);
    if (opened.location && Math.random() < 0.5) await fetch(new URL(opened.location, play.whep), { method: 'DELETE' });
    await context.close();
    return opened.firstPictureMs === null ? 0 : 1;
  };

export const playersFor = (browser: Browser, page: string): Record<string, Play> => ({
  flv,
  wsFlv,
  rtmp,
  srt,
  hls,
  whep: whepIn(browser, page),
});
