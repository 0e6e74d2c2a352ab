const PAYLOAD_FEEDBACK = 206;
const PLI = 1;
const FIR = 4;

/** Whether a compound RTCP packet requests a key frame: PLI (RFC 4585 6.3.1) or FIR (RFC 5104 4.3.1). */
export function asksForKeyFrame(datagram: Buffer): boolean {
  for (let at = 0; at + 4 <= datagram.length;) {
    const first = datagram.readUInt8(at);
    if (first >> 6 !== 2) return false;
    const format = first & 0x1f;
    if (datagram.readUInt8(at + 1) === PAYLOAD_FEEDBACK && (format === PLI || format === FIR)) return true;
    at += 4 * (datagram.readUInt16BE(at + 2) + 1);
  }
  return false;
}
