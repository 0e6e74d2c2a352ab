import { randomInt } from 'node:crypto';
import type { types } from 'mediasoup';
import { layersOf, usedExtensions, usedFeedback, type ChosenSection } from './codecChoice.js';
import type { Offer, OfferedCodec, OfferedSection } from './Offer.js';

/** The server's end of the connection, as mediasoup created it. */
export interface ServerTransport {
  iceParameters: types.IceParameters;
  iceCandidates: readonly types.IceCandidate[];
  dtlsParameters: types.DtlsParameters;
}

/** A player's m-line and the track sent on it. */
export interface SentSection extends ChosenSection {
  parameters: types.RtpParameters;
}

const usesTransport = (offer: Offer): 'active' | 'passive' => (offer.clientSetup === 'passive' ? 'active' : 'passive');

/** Returns the SDP answer of an ICE-lite server to a publisher: it accepts the chosen m-lines and rejects the rest. */
export function answerPublisher(offer: Offer, chosen: readonly ChosenSection[], transport: ServerTransport): string {
  return answer(offer, transport, (section) => {
    const taken = chosen.find((one) => one.section === section);
    if (!taken) return null;
    const { codec, rtx, kind } = taken;
    const isVideo = kind === 'video';
    return [
      `m=${kind} 9 ${section.protocol} ${[codec, isVideo ? rtx : null].flatMap((one) => one?.payloadType ?? []).join(' ')}`,
      ...connectionLines(offer, transport),
      `a=mid:${section.mid}`,
      'a=recvonly',
      'a=rtcp-mux',
      'a=rtcp-rsize',
      ...codecLines(codec, isVideo ? h264Format(codec) : 'minptime=10;useinbandfec=1;stereo=1'),
      ...(isVideo && rtx ? [`a=rtpmap:${rtx.payloadType} rtx/90000`, `a=fmtp:${rtx.payloadType} apt=${codec.payloadType}`] : []),
      ...usedExtensions(taken).map(({ id, uri }) => `a=extmap:${id} ${uri}`),
      ...simulcastLines(taken),
      ...candidateLines(transport),
    ];
  });
}

/** Returns the SDP answer to a player. `sent` gives the SSRC of each track. */
export function answerPlayer(offer: Offer, sent: readonly SentSection[], transport: ServerTransport): string {
  return answer(offer, transport, (section) => {
    const track = sent.find((one) => one.section === section);
    if (!track) return null;
    const { codec, kind, parameters } = track;
    const ssrc = parameters.encodings?.[0]?.ssrc ?? 0;
    const cname = parameters.rtcp?.cname ?? 'lianmai';
    return [
      `m=${kind} 9 ${section.protocol} ${codec.payloadType}`,
      ...connectionLines(offer, transport),
      `a=mid:${section.mid}`,
      'a=sendonly',
      `a=msid:lianmai ${kind}`,
      'a=rtcp-mux',
      'a=rtcp-rsize',
      ...codecLines(codec, kind === 'video' ? h264Format(codec) : 'minptime=10;useinbandfec=1;sprop-stereo=1', feedbackOf(parameters)),
      ...(parameters.headerExtensions ?? []).map(({ id, uri }) => `a=extmap:${id} ${uri}`),
      `a=ssrc:${ssrc} cname:${cname}`,
      `a=ssrc:${ssrc} msid:lianmai ${kind}`,
      ...candidateLines(transport),
    ];
  });
}

/** Returns new ICE credentials for a client that restarts ICE, as an SDP fragment (RFC 9725 4.3.3). */
export function restartFragment(
  offer: Offer,
  mids: readonly string[],
  { iceParameters, iceCandidates }: Pick<ServerTransport, 'iceParameters' | 'iceCandidates'>,
): string {
  const [first] = offer.sections.filter(({ mid }) => mids.includes(mid));
  return lines([
    'a=ice-lite',
    `a=group:BUNDLE ${mids.join(' ')}`,
    `m=${first?.type ?? 'audio'} 9 ${first?.protocol ?? 'UDP/TLS/RTP/SAVPF'} 0`,
    `a=mid:${first?.mid ?? mids[0] ?? '0'}`,
    `a=ice-ufrag:${iceParameters.usernameFragment}`,
    `a=ice-pwd:${iceParameters.password}`,
    ...candidateLines({ iceCandidates }),
  ]);
}

function answer(offer: Offer, transport: ServerTransport, describe: (section: OfferedSection) => string[] | null): string {
  const described = offer.sections.map((section) => ({ section, taken: describe(section) }));
  const mids = described.filter(({ taken }) => taken).map(({ section }) => section.mid);
  return lines([
    'v=0',
    `o=lianmai ${randomInt(2 ** 47)} 1 IN IP4 127.0.0.1`,
    's=-',
    't=0 0',
    ...(transport.iceParameters.iceLite === false ? [] : ['a=ice-lite']),
    `a=group:BUNDLE ${mids.join(' ')}`,
    ...(offer.hasMixedExtensions ? ['a=extmap-allow-mixed'] : []),
    'a=msid-semantic: WMS *',
    ...described.flatMap(({ section, taken }) => taken ?? rejected(section)),
  ]);
}

/** Without its header extension, transport-cc cannot work, so it is not offered. */
const feedbackOf = ({ codecs, headerExtensions = [] }: types.RtpParameters): types.RtcpFeedback[] =>
  (codecs[0]?.rtcpFeedback ?? []).filter(
    ({ type }) => type !== 'transport-cc' || headerExtensions.some(({ uri }) => uri.includes('transport-wide-cc')),
  );

/** Port 0 rejects an m-line (RFC 3264 6). */
const rejected = ({ type, protocol, formats, mid }: OfferedSection): string[] => [
  `m=${type} 0 ${protocol} ${formats}`,
  'c=IN IP4 0.0.0.0',
  `a=mid:${mid}`,
  'a=inactive',
];

function connectionLines(offer: Offer, { iceParameters, dtlsParameters }: ServerTransport): string[] {
  const strongest = dtlsParameters.fingerprints.find(({ algorithm }) => algorithm === 'sha-256') ?? dtlsParameters.fingerprints[0];
  return [
    'c=IN IP4 0.0.0.0',
    `a=ice-ufrag:${iceParameters.usernameFragment}`,
    `a=ice-pwd:${iceParameters.password}`,
    ...(strongest ? [`a=fingerprint:${strongest.algorithm} ${strongest.value}`] : []),
    `a=setup:${usesTransport(offer)}`,
  ];
}

function codecLines(codec: OfferedCodec, format: string, feedback = usedFeedback(codec)): string[] {
  const { payloadType } = codec;
  const isAudio = codec.name === 'opus';
  return [
    `a=rtpmap:${payloadType} ${isAudio ? 'opus/48000/2' : 'H264/90000'}`,
    `a=fmtp:${payloadType} ${format}`,
    ...feedback.map(({ type, parameter }) => `a=rtcp-fb:${payloadType} ${type}${parameter ? ` ${parameter}` : ''}`),
  ];
}

/** Level for senders if levels may differ by direction: 5.1, which is 4K at 30 frames a second. */
const OUR_LEVEL = '33';

/** The profile must match the client's (RFC 6184 8.2.2); the level is the server's if asymmetry is allowed. */
function h264Format({ parameters }: OfferedCodec): string {
  const offered = (parameters['profile-level-id'] ?? '42e01f').toLowerCase();
  const mayDiffer = parameters['level-asymmetry-allowed'] === '1';
  const profile = mayDiffer ? offered.slice(0, 4) + OUR_LEVEL : offered;
  return `${mayDiffer ? 'level-asymmetry-allowed=1;' : ''}packetization-mode=1;profile-level-id=${profile}`;
}

/** Accepts all layers, since only their bitrate reveals the largest. */
function simulcastLines(taken: ChosenSection): string[] {
  const rids = layersOf(taken).flatMap((layer) => ('rid' in layer ? [layer.rid] : []));
  return rids.length > 0 ? [...rids.map((rid) => `a=rid:${rid} recv`), `a=simulcast:recv ${rids.join(';')}`] : [];
}

const candidateLines = ({ iceCandidates }: Pick<ServerTransport, 'iceCandidates'>): string[] => [
  ...iceCandidates.map(({ foundation, protocol, priority, ip, address, port, tcpType }) => {
    const host = address ?? ip;
    return `a=candidate:${foundation} 1 ${protocol} ${priority} ${host} ${port} typ host${protocol === 'tcp' ? ` tcptype ${tcpType ?? 'passive'}` : ''}`;
  }),
  'a=end-of-candidates',
];

const lines = (all: readonly string[]): string => all.map((line) => `${line}\r\n`).join('');
