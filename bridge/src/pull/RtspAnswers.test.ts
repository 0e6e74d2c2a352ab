import { LianmaiError } from '@lianmai/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RtspAnswers } from './RtspAnswers.js';

const RELAY = 'rtsp://127.0.0.1:9/';

/** Passes the chunks on; resolves to everything that FFmpeg gets, and to the error that ended it. */
async function pass(chunks: readonly Buffer[], redirect = (_location: string) => Promise.resolve(RELAY)) {
  const answers = new RtspAnswers({ redirect });
  const passed: Buffer[] = [];
  let failure: unknown = null;
  answers.on('data', (data: Buffer) => passed.push(data)).on('error', (error) => (failure = error));
  for (const chunk of chunks) answers.write(chunk);
  await new Promise<void>((resolve) => answers.once('close', resolve).end());
  return { text: Buffer.concat(passed).toString('latin1'), failure };
}

/** Reads like FFmpeg's ff_rtsp_read_reply: lines end with LF, CR is left out anywhere, and frames may start any line. Returns each status with its location. */
function readLikeFfmpeg(text: string): { status: number; location: string | null }[] {
  const replies: { status: number; location: string | null }[] = [];
  let at = 0;
  const line = (): string | null => {
    let read = '';
    for (; at < text.length; at++) {
      if (text[at] === '$' && read === '') at += 3 + text.charCodeAt(at + 2) * 256 + text.charCodeAt(at + 3);
      else if (text[at] === '\n') return (at++, read);
      else if (text[at] !== '\r') read += text[at];
    }
    return null;
  };
  for (let start = line(); start !== null; start = line()) {
    const reply = { status: Number(/^RTSP\/\S*\s+(\d+)/.exec(start)?.[1] ?? 0), location: null as string | null };
    let length = 0;
    for (let header = line(); header !== null && header !== ''; header = line()) {
      reply.location = /^location:\s*(.*)/i.exec(header)?.[1] ?? reply.location;
      length = Number(/^content-length:\s*(\d+)/i.exec(header)?.[1] ?? length);
    }
    at += length;
    replies.push(reply);
  }
  return replies;
}

describe('RtspAnswers', () => {
  it('passes messages and interleaved frames on, however they are cut', async () => {
    const frame = Buffer.from([0x24, 0, 0, 8, 0x0a, 0x24, 0x0d, 0x52, 1, 2, 3, 4]);
    const described = 'RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Type: application/sdp\r\nContent-Length: 5\r\n\r\nv=0\r\n';
    const asked = 'OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n';
    const all = Buffer.concat([Buffer.from(described), frame, frame, Buffer.from(asked), frame]);
    for (const size of [1, 7, all.length]) {
      const chunks = Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.subarray(index * size, (index + 1) * size));
      expect(await pass(chunks)).toEqual({ text: all.toString('latin1'), failure: null });
    }
  });

  it('leads redirects through the relay, and leaves out what is neither message nor frame', async () => {
    const { text } = await pass([
      Buffer.from('noise\r\n\r\n$\0\0\x02abR\rTSP/1.0 302 Moved\nCSeq: 1\nLocation: rtsp://10.0.0.1/\nlocation: rtsp://10.0.0.2/\n\n'),
    ]);
    expect(text).toBe(`RTSP/1.0 302 Moved\r\nCSeq: 1\r\nLocation: ${RELAY}\r\n\r\n`);
  });

  it('ends with the reason when a redirect is not allowed, leads nowhere, or media would come by UDP', async () => {
    const refused = () => Promise.reject(new LianmaiError('ADDRESS_FORBIDDEN'));
    const moved = 'RTSP/1.0 301 Moved\r\nLocation: rtsp://10.0.0.1/\r\n\r\n';
    expect(await pass([Buffer.from(moved)], refused)).toMatchObject({ text: '', failure: { code: 'ADDRESS_FORBIDDEN' } });
    expect(await pass([Buffer.from('RTSP/1.0 301 Moved\r\n\r\n')])).toMatchObject({ text: '', failure: { code: 'DESTINATION_REFUSED' } });
    const byUdp = 'RTSP/1.0 200 OK\r\nTransport: RTP/AVP;unicast;source=10.0.0.1;server_port=22-23\r\n\r\n';
    expect(await pass([Buffer.from(byUdp)])).toMatchObject({ text: '', failure: { code: 'UNSUPPORTED' } });
    const endless = Buffer.alloc(70_000, 'x');
    expect(await pass([endless])).toMatchObject({ text: '', failure: { code: 'DESTINATION_REFUSED' } });
  });

  it('never lets FFmpeg read a redirect to anywhere but the relay, whatever the server sends', async () => {
    const pieces = ['RTSP/1.0 302 Moved', 'RTSP/1.0 200 OK', 'RTSP/2.0  303', 'R\rTSP/1.0 3\r02', 'Location: rtsp://10.0.0.1/', 'LOCATION:rtsp://10.0.0.1/', ' Location: x', 'Content-Length: 40', 'Content-Length: 0', 'content-length: 1e1', 'Transport: RTP/AVP/TCP', '\r\n', '\n', '\n\n', '\r', '\r\n\r\n', '$\0\0\x02ab', '$\0\0\x0812345678', '$', '\0', 'x: $', 'OPTIONS * RTSP/1.0', 'REDIRECT rtsp://10.0.0.1/ RTSP/1.0']; // prettier-ignore
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 3 })), { maxLength: 40 }), async (chosen) => {
        const { text } = await pass(chosen.map((piece) => Buffer.from(piece, 'latin1')));
        for (const { status, location } of readLikeFfmpeg(text)) {
          if (status >= 300 && status < 400) expect(location).toBe(RELAY);
        }
      }),
      { numRuns: 500 },
    );
  });
});
