import { LianmaiError } from '@lianmai/protocol';
import { parse as parseSdp, parseSimulcastStreamList, type MediaDescription, type SessionDescription } from 'sdp-transform';
import type { Offer, OfferedCodec, OfferedLayer, OfferedSection } from './Offer.js';

/** More than any client offers: browsers list about 60 codecs in two m-lines. */
const MAX_SDP_CHARS = 100_000;
const MAX_SECTIONS = 16;
const MAX_CODECS = 128;
const MAX_EXTENSIONS = 32;
/** Maximum number of layers per producer. */
const MAX_LAYERS = 4;

/** The parser turns number-like values into numbers, whatever its types say. */
const text = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');
const invalid = (message: string) => new LianmaiError('BAD_REQUEST', undefined, { message: `SDP: ${message}` });

/** Parses an offer. Throws BAD_REQUEST, naming the missing part, if it cannot be answered. */
export function parseOffer(sdp: string): Offer {
  if (sdp.length > MAX_SDP_CHARS) throw new LianmaiError('TOO_LARGE');
  if (!sdp.startsWith('v=0')) throw invalid('expected an offer that begins with v=0');
  const session = parseLoosely(sdp);
  const media = session.media;
  if (media.length === 0) throw invalid('expected at least one m-line');
  if (media.length > MAX_SECTIONS) throw invalid(`expected at most ${MAX_SECTIONS} m-lines`);
  const bundle = bundleOf(session);
  const sections = media.map((section, index) => readSection(section, index, bundle));
  if (new Set(sections.map(({ mid }) => mid)).size < sections.length) throw invalid('expected each a=mid once');
  return { ...readConnection(session), hasMixedExtensions: session.extmapAllowMixed !== undefined, sections };
}

function parseLoosely(sdp: string): SessionDescription {
  try {
    return parseSdp(sdp);
  } catch (cause) {
    throw new LianmaiError('BAD_REQUEST', undefined, { message: 'SDP: expected valid lines, but the parser failed', cause });
  }
}

/** null: no BUNDLE line, so every m-line shares one transport or is rejected. */
function bundleOf(session: SessionDescription): Set<string> | null {
  const group = session.groups?.find(({ type }) => type === 'BUNDLE');
  return group ? new Set(text(group.mids).split(' ')) : null;
}

const SETUPS: ReadonlySet<string> = new Set(['actpass', 'active', 'passive']);
const isSetup = (value: string): value is Offer['clientSetup'] => SETUPS.has(value);
const ALGORITHMS = ['sha-1', 'sha-224', 'sha-256', 'sha-384', 'sha-512'] as const;
const HASH = /^(?:[0-9A-F]{2}:){19,63}[0-9A-F]{2}$/;
/** RFC 8839 5.4. */
const UFRAG = /^[A-Za-z0-9+/_=-]{4,256}$/;

/** ICE and DTLS parameters are at session level or, equal for all bundled media, in the first m-line that has them. */
function readConnection(session: SessionDescription): Pick<Offer, 'iceUfrag' | 'fingerprints' | 'clientSetup'> {
  const levels = [session, ...session.media];
  const ufrag = text(levels.find(({ iceUfrag }) => iceUfrag !== undefined)?.iceUfrag);
  if (!UFRAG.test(ufrag)) throw invalid('expected a=ice-ufrag');
  if (!levels.some(({ icePwd }) => icePwd !== undefined)) throw invalid('expected a=ice-pwd');
  const setup = levels.find((level) => level.setup !== undefined)?.setup ?? 'actpass';
  if (!isSetup(setup)) throw invalid('a=setup: expected actpass, active or passive');
  const fingerprint = levels.find((level) => level.fingerprint !== undefined)?.fingerprint;
  const algorithm = ALGORITHMS.find((known) => known === fingerprint?.type.toLowerCase());
  const value = text(fingerprint?.hash).toUpperCase();
  if (!algorithm || !HASH.test(value)) throw invalid('expected a=fingerprint with sha-256');
  return { iceUfrag: ufrag, clientSetup: setup, fingerprints: [{ algorithm, value }] };
}

const MID = /^[\x21-\x7e]{1,32}$/;

function readSection(media: MediaDescription, index: number, bundle: Set<string> | null): OfferedSection {
  const mid = text(media.mid ?? index);
  if (!MID.test(mid)) throw invalid('a=mid: expected a short token');
  const direction = media.direction ?? 'sendrecv';
  const { ssrc, rtxSsrc, cname } = readSsrcs(media);
  return {
    type: /^[a-z]{1,16}$/.exec(media.type)?.[0] ?? 'application',
    mid,
    protocol: /^[A-Za-z0-9/]{1,32}$/.exec(media.protocol)?.[0] ?? 'UDP/TLS/RTP/SAVPF',
    formats: /^[\w -]{1,512}$/.exec(text(media.payloads ?? '0'))?.[0] ?? '0',
    isRejected: media.port === 0 && media.bundleOnly === undefined,
    canSend: direction === 'sendrecv' || direction === 'sendonly',
    canReceive: direction === 'sendrecv' || direction === 'recvonly',
    isBundled: bundle ? bundle.has(mid) : true,
    codecs: readCodecs(media),
    extensions: (media.ext ?? []).slice(0, MAX_EXTENSIONS).flatMap(({ value, uri }) => (isExtensionId(value) ? [{ id: value, uri }] : [])),
    ssrc,
    rtxSsrc,
    cname,
    layers: readLayers(media),
  };
}

/** RFC 8285: one-byte headers allow 1-14, two-byte headers up to 255. */
const isExtensionId = (id: number) => Number.isInteger(id) && id >= 1 && id <= 255;
const isSsrc = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 2 ** 32;

function readSsrcs(media: MediaDescription): Pick<OfferedSection, 'ssrc' | 'rtxSsrc' | 'cname'> {
  const [first, second] = text(media.ssrcGroups?.find(({ semantics }) => semantics === 'FID')?.ssrcs)
    .split(' ')
    .map(Number);
  const ssrcs = media.ssrcs ?? [];
  const ssrc = isSsrc(first) ? first : ssrcs.find(({ id }) => isSsrc(id))?.id;
  const cname = ssrcs.find(({ id, attribute }) => id === ssrc && attribute === 'cname')?.value;
  return {
    ssrc: isSsrc(ssrc) ? ssrc : null,
    rtxSsrc: isSsrc(second) ? second : null,
    cname: cname === undefined ? null : text(cname).slice(0, 255),
  };
}

/** RFC 8851 10, limited to the short ids that browsers use. */
const RID = /^[A-Za-z0-9_-]{1,32}$/;

/** RFC 8853, or its predecessor (a=ssrc-group:SIM). */
function readLayers(media: MediaDescription): OfferedLayer[] {
  const { dir1, list1, dir2, list2 } = media.simulcast ?? {};
  const list = dir1 === 'send' ? list1 : dir2 === 'send' ? list2 : undefined;
  if (list !== undefined) {
    const rids = parseSimulcastStreamList(text(list)).flatMap(([first]) => (first && RID.test(text(first.scid)) ? [text(first.scid)] : []));
    return severalOf([...new Set(rids)].map((rid) => ({ rid })));
  }
  const pairs = (media.ssrcGroups ?? [])
    .filter(({ semantics }) => semantics === 'FID')
    .map(({ ssrcs }) => text(ssrcs).split(' ').map(Number));
  const rtxOf = (ssrc: number) => pairs.find(([first]) => first === ssrc)?.[1];
  const group = text(media.ssrcGroups?.find(({ semantics }) => semantics === 'SIM')?.ssrcs);
  const ssrcs = new Set(group.split(' ').map(Number).filter(isSsrc));
  return severalOf([...ssrcs].map((ssrc) => ({ ssrc, rtxSsrc: isSsrc(rtxOf(ssrc)) ? (rtxOf(ssrc) ?? null) : null })));
}

const severalOf = (layers: OfferedLayer[]) => (layers.length > 1 ? layers.slice(0, MAX_LAYERS) : []);

function readCodecs(media: MediaDescription): OfferedCodec[] {
  const codecs: OfferedCodec[] = [];
  for (const { payload, codec, rate, encoding } of media.rtp.slice(0, MAX_CODECS)) {
    if (!Number.isInteger(payload) || payload < 0 || payload > 127 || codecs.some(({ payloadType }) => payloadType === payload)) continue;
    codecs.push({
      name: text(codec).toLowerCase(),
      payloadType: payload,
      clockRate: rate ?? 0,
      channels: encoding === undefined ? null : Number(text(encoding)),
      parameters: parametersOf(media, payload),
      feedback: feedbackOf(media, payload),
    });
  }
  return codecs;
}

function parametersOf(media: MediaDescription, payload: number): Record<string, string> {
  const config = text(media.fmtp.find((one) => one.payload === payload)?.config).slice(0, 1024);
  const pairs = config.split(';').map((pair) => pair.trim().split('='));
  return Object.fromEntries(pairs.map(([name = '', value = '']) => [name.trim().toLowerCase(), value.trim()]));
}

const feedbackOf = (media: MediaDescription, payload: number) =>
  (media.rtcpFb ?? [])
    .filter((one) => one.payload === payload || one.payload === '*')
    .slice(0, 16)
    .map(({ type, subtype }) => ({ type, parameter: subtype ?? '' }));
