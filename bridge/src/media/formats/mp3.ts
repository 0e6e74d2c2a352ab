/** MPEG audio layer III frame header, ISO/IEC 11172-3 2.4.1.3 and 13818-3. */
export interface Mp3Header {
  frameBytes: number;
  sampleRate: number;
  channels: number;
  samplesPerFrame: number;
}

const SAMPLE_RATES = [44_100, 48_000, 32_000];
const KBPS_1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const KBPS_2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];

/** Returns null for other bytes, other layers and free format. */
export function parseMp3Header(bytes: Buffer): Mp3Header | null {
  if (bytes.length < 4) return null;
  const word = bytes.readUInt32BE(0);
  const [version, layer] = [(word >>> 19) & 3, (word >>> 17) & 3];
  if (word >>> 21 !== 0x7ff || version === 1 || layer !== 1) return null;
  const isFirst = version === 3;
  const kbps = (isFirst ? KBPS_1 : KBPS_2)[(word >>> 12) & 15];
  const baseRate = SAMPLE_RATES[(word >>> 10) & 3];
  if (!kbps || baseRate === undefined) return null;
  const sampleRate = baseRate / (isFirst ? 1 : version === 2 ? 2 : 4);
  const samplesPerFrame = isFirst ? 1152 : 576;
  const frameBytes = Math.floor((samplesPerFrame * kbps * 125) / sampleRate) + ((word >>> 9) & 1);
  return { frameBytes, sampleRate, channels: ((word >>> 6) & 3) === 3 ? 1 : 2, samplesPerFrame };
}
