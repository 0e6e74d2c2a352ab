/**
 * `node sfuProcess.ts VIEWERS SECONDS SINK_PORT`, started by `npm run bench -- sfu`: a process with the SFU and nothing else. Its first line gives the port for
 * the publisher's RTP (VP8, payload type 101, SSRC 1); the second, after the measurement, the cost.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createLog } from '@lianmai/kit';
import { ParticipantId, RoomId } from '@lianmai/protocol';
import { SfuRoom } from '../../../../server/src/sfu/SfuRoom.js';
import type { SfuPeer } from '../../../../server/src/sfu/SfuPeer.js';
import { createSfu } from '../../../../server/src/sfu/Sfu.js';

const SSRC = 1;
const WARM_UP_MS = 3000;
const CRYPTO_SUITE = 'AES_CM_128_HMAC_SHA1_80';
const KEY_BYTES = 30;

const [viewers = 100, seconds = 15, sinkPort = 0] = process.argv.slice(2).map(Number);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const sfu = await createSfu({
  workers: 1,
  rtcPort: 0,
  listenIp: '127.0.0.1',
  announcedIps: [],
  log: createLog('bench', 'warn'),
  maxPeersPerWorker: 1e6,
  maxConsumersPerWorker: 1e6,
});
const room = await sfu.createRoom(RoomId.parse('bench'));
if (!(room instanceof SfuRoom)) throw new Error('the room is not a SfuRoom');
const [worker = 0] = sfu.workerPids;

const publisher = await room.addPeer(ParticipantId.parse('publisher'));
const entry = await publisher.router.mediasoupRouter.createPlainTransport({
  listenInfo: { protocol: 'udp', ip: '127.0.0.1' },
  rtcpMux: true,
  comedia: true,
});
const rtpParameters: Parameters<typeof publisher.produce>[0]['rtpParameters'] = {
  codecs: [{ mimeType: 'video/VP8', payloadType: 101, clockRate: 90_000 }],
  encodings: [{ ssrc: SSRC }],
};
const producerId = await publisher.produce({
  transportId: publisher.transports.adopt('send', entry),
  source: 'camera',
  kind: 'video',
  rtpParameters,
  paused: false,
});
for (let index = 0; index < viewers; index++) await addViewer(room, await room.addPeer(ParticipantId.parse(`viewer-${index}`)));
console.log(JSON.stringify({ port: entry.tuple.localPort }));

await pause(WARM_UP_MS);
const before = usage();
await pause(seconds * 1000);
const after = usage();
const percent = (from: number, to: number) => ((to - from) / ((after.atMs - before.atMs) / 1000)) * 100;
console.log(
  JSON.stringify({ workerCpuPercent: percent(before.workerS, after.workerS), serverCpuPercent: percent(before.serverS, after.serverS) }),
);
await sfu.close('measured');

/** A viewer: packets are encrypted as for a browser (SRTP), but sent to the sink without ICE and DTLS. */
async function addViewer(room: SfuRoom, peer: SfuPeer): Promise<void> {
  const transport = await peer.router.mediasoupRouter.createPlainTransport({
    listenInfo: { protocol: 'udp', ip: '127.0.0.1' },
    rtcpMux: true,
    comedia: false,
    enableSrtp: true,
    srtpCryptoSuite: CRYPTO_SUITE,
  });
  await transport.connect({
    ip: '127.0.0.1',
    port: sinkPort,
    srtpParameters: { cryptoSuite: CRYPTO_SUITE, keyBase64: randomBytes(KEY_BYTES).toString('base64') },
  });
  const codecs = room.rtpCapabilities.codecs?.map((codec) => ({ ...codec, rtcpFeedback: [] })) ?? [];
  const transportId = peer.transports.adopt('receive', transport);
  const { consumerId } = await peer.consume({ transportId, producerId, rtpCapabilities: { ...room.rtpCapabilities, codecs } });
  await peer.setConsumerPaused(consumerId, false);
}

function usage() {
  const stat = readFileSync(`/proc/${worker}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const { user, system } = process.cpuUsage();
  return { atMs: performance.now(), workerS: (Number(fields[11]) + Number(fields[12])) / 100, serverS: (user + system) / 1e6 };
}
