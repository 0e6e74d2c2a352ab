import { LianmaiError } from '@lianmai/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  answerPlayer,
  answerPublisher,
  chooseForPlay,
  chooseForPublish,
  consumerCapabilities,
  parseFragment,
  parseOffer,
  payloadTypesOf,
  producerParameters,
  restartFragment,
  type ServerTransport,
} from './index.js';
import { chromiumPlay, chromiumPublish, ffmpeg, gstreamer, obs, simulcast } from './testing/offers.js';

const HOME = { video: 102, audio: 111 };
const transport: ServerTransport = {
  iceParameters: { usernameFragment: 'serverufrag', password: 'serverpasswordserverpassword', iceLite: true },
  iceCandidates: (['udp', 'tcp'] as const).map((protocol) => ({
    ...{ foundation: protocol, priority: 1, ip: '192.0.2.1', address: '192.0.2.1', protocol, port: 40_000, type: 'host' as const },
    ...(protocol === 'tcp' && { tcpType: 'passive' as const }),
  })),
  dtlsParameters: { role: 'auto', fingerprints: [{ algorithm: 'sha-256', value: Array.from({ length: 32 }, () => 'AA').join(':') }] },
};

const published = (sdp: string) => {
  const offer = parseOffer(sdp);
  const chosen = chooseForPublish(offer);
  return { offer, chosen, answer: answerPublisher(offer, chosen, transport), video: chosen.find(({ kind }) => kind === 'video') };
};
const sections = (sdp: string) => sdp.split(/(?=^m=)/m).slice(1);
const codeOf = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    return error instanceof LianmaiError ? error.code : error;
  }
  return 'nothing thrown';
};

describe('publishers', () => {
  it.each([
    ['Chromium', chromiumPublish, ['audio 111', 'video 108'], 'passive'],
    ['OBS', obs, ['audio 111', 'video 96'], 'passive'],
    ['GStreamer', gstreamer, ['video 96', 'audio 98'], 'passive'],
    ['FFmpeg', ffmpeg, ['audio 111', 'video 106'], 'active'],
  ])('%s: accepts H.264 and Opus under the client’s payload types', (_name, sdp, expected, setup) => {
    const { chosen, answer, offer } = published(sdp);
    expect(chosen.map(({ kind, codec }) => `${kind} ${codec.payloadType}`)).toEqual(expected);
    expect(answer).toContain('a=ice-lite\r\n');
    expect(sections(answer)).toHaveLength(offer.sections.length);
    for (const section of sections(answer)) {
      expect(section).toContain(`a=setup:${setup}\r\n`);
      expect(section).toContain('a=recvonly\r\n');
      expect(section).toContain('a=rtcp-mux\r\n');
      expect(section).toContain('a=candidate:udp 1 udp 1 192.0.2.1 40000 typ host\r\n');
      expect(section).toContain('typ host tcptype passive\r\n');
    }
    expect(parseOffer(answer).sections.every(({ isRejected }) => !isRejected)).toBe(true);
  });

  it("keeps the client's profile, and uses the server's level if allowed", () => {
    expect(published(gstreamer).answer).toContain('packetization-mode=1;profile-level-id=640033');
    expect(published(ffmpeg.replace('level-asymmetry-allowed=1;', '')).answer).toContain(
      'a=fmtp:106 packetization-mode=1;profile-level-id=4d0028',
    );
  });

  it('pairs retransmissions with media by the offered SSRCs, and identifies tracks by SSRC', () => {
    const { video } = published(gstreamer);
    expect(video && producerParameters(video)).toMatchObject({
      mid: 'video0',
      codecs: [
        { mimeType: 'video/H264', payloadType: 96 },
        { mimeType: 'video/rtx', payloadType: 97, parameters: { apt: 96 } },
      ],
      encodings: [{ ssrc: 3405691582, rtx: { ssrc: 3405691583 } }],
      rtcp: { cname: 'user1' },
    });
  });

  it('accepts every simulcast layer, by RID or SSRC, and declines data channels and video orientation', () => {
    const { answer, video } = published(simulcast);
    expect(video && producerParameters(video).encodings).toEqual([{ rid: 'hi' }, { rid: 'mid' }]);
    expect(answer).toContain('a=rid:hi recv\r\na=rid:mid recv\r\na=simulcast:recv hi;mid\r\n');
    expect(answer).not.toContain('video-orientation');
    const withoutRid = published(simulcast.replace(/a=extmap:10.*\r\n/, ''));
    expect(withoutRid.video && producerParameters(withoutRid.video).encodings).toEqual([{}]);
    expect(withoutRid.answer).not.toMatch(/simulcast|a=rid/);
    const bySsrc = simulcast
      .replace(/a=(rid|simulcast).*\r\n/g, '')
      .replace('a=fmtp:103 apt=102', 'a=fmtp:103 apt=102\r\na=ssrc-group:SIM 1 2\r\na=ssrc-group:FID 1 11\r\na=ssrc-group:FID 2 12');
    const { video: groups } = published(bySsrc);
    expect(groups && producerParameters(groups).encodings).toEqual([
      { ssrc: 1, rtx: { ssrc: 11 } },
      { ssrc: 2, rtx: { ssrc: 12 } },
    ]);
    expect(answer).toContain('a=group:BUNDLE 0\r\n');
    expect(answer).toContain('m=application 0 UDP/DTLS/SCTP webrtc-datachannel\r\n');
  });

  it('needs H.264 or Opus: throws UNSUPPORTED without both, and accepts either', () => {
    expect(codeOf(() => published(obs.replaceAll('H264', 'VP8').replaceAll('opus/', 'PCMX/')))).toBe('UNSUPPORTED');
    expect(codeOf(() => published(obs.replace('packetization-mode=1', 'packetization-mode=0').replaceAll('opus/', 'PCMX/')))).toBe(
      'UNSUPPORTED',
    );
    const { chosen, answer } = published(obs.replaceAll('H264', 'VP8'));
    expect(chosen.map(({ kind }) => kind)).toEqual(['audio']);
    expect(sections(answer)[1]).toMatch(/^m=video 0 /);
  });

  it('turns on retransmission of Opus for libwebrtc, which does not offer it, and for nobody else who does not', () => {
    const audioOf = (sdp: string) => {
      const { chosen, answer } = published(sdp);
      const audio = chosen.find(({ kind }) => kind === 'audio');
      const section = sections(answer).find((one) => one.startsWith('m=audio')) ?? '';
      return { feedback: audio && producerParameters(audio).codecs[0]?.rtcpFeedback, section };
    };
    const chromium = audioOf(chromiumPublish);
    expect(chromium.feedback).toContainEqual({ type: 'nack' });
    expect(chromium.section).toContain('a=rtcp-fb:111 nack\r\n');
    for (const sdp of [obs, gstreamer, ffmpeg]) expect(audioOf(sdp).section).not.toContain('nack');
    const offering = audioOf(obs.replace('a=rtpmap:111 opus/48000/2', 'a=rtpmap:111 opus/48000/2\r\na=rtcp-fb:111 nack'));
    expect(offering.section.match(/a=rtcp-fb:111 nack\r\n/g)).toHaveLength(1);
  });

  it('rejects a publisher that only receives', () => {
    expect(codeOf(() => published(chromiumPlay))).toBe('UNSUPPORTED');
  });
});

describe('players', () => {
  it('get their own payload types, and the usual ones if offered', () => {
    const offer = parseOffer(chromiumPlay);
    const chosen = chooseForPlay(offer, ['video', 'audio'], HOME);
    expect(payloadTypesOf(chosen, HOME)).toEqual(HOME);
    const elsewhere = parseOffer(chromiumPlay.replaceAll(':102 ', ':126 ').replace(' 102 ', ' 126 '));
    expect(payloadTypesOf(chooseForPlay(elsewhere, ['video', 'audio'], HOME), HOME)).not.toEqual(HOME);
    const [first] = chosen;
    expect(first && consumerCapabilities(first).codecs).toMatchObject([{ mimeType: 'video/H264', preferredPayloadType: 102 }]);
  });

  it('may ask for lost sound again, in the answer as in the consumer', () => {
    const offer = parseOffer(chromiumPlay);
    const [audio] = chooseForPlay(offer, ['audio'], HOME);
    if (!audio) throw new Error('no audio was chosen');
    const rtcpFeedback = consumerCapabilities(audio).codecs?.[0]?.rtcpFeedback ?? [];
    expect(rtcpFeedback).toContainEqual({ type: 'nack' });
    const parameters = {
      codecs: [{ mimeType: 'audio/opus' as const, payloadType: 111, clockRate: 48_000, channels: 2, rtcpFeedback }],
      encodings: [{ ssrc: 4711 }],
    };
    expect(answerPlayer(offer, [{ ...audio, parameters }], transport)).toContain('a=rtcp-fb:111 nack\r\n');
  });

  it('get the SSRC of each track, and no m-line for a kind that the stream lacks', () => {
    const offer = parseOffer(chromiumPlay);
    const chosen = chooseForPlay(offer, ['video'], HOME);
    const parameters = {
      codecs: [{ mimeType: 'video/H264', payloadType: 102, clockRate: 90_000 }],
      encodings: [{ ssrc: 4711 }],
      rtcp: { cname: 'c' },
    };
    const answer = answerPlayer(
      offer,
      chosen.map((one) => ({ ...one, parameters })),
      transport,
    );
    expect(answer).toContain('a=ssrc:4711 cname:c\r\n');
    expect(answer).toContain('a=sendonly\r\n');
    expect(answer).toMatch(/m=audio 0 /);
    expect(payloadTypesOf(chosen, HOME)).toEqual(HOME);
  });
});

describe('fragments', () => {
  it('have no credentials for candidates, and new ones for a restart, which is answered with the server’s', () => {
    expect(parseFragment('a=mid:0\r\na=candidate:1 1 udp 1 192.0.2.1 5 typ host\r\n')).toEqual({ ufrag: null, pwd: null });
    expect(parseFragment('a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\n').ufrag).toBe('abcd');
    expect(codeOf(() => parseFragment('hello'))).toBe('BAD_REQUEST');
    const { offer } = published(obs);
    expect(restartFragment(offer, ['0', '1'], transport)).toMatch(
      /^a=ice-lite\r\na=group:BUNDLE 0 1\r\nm=audio 9 .*\r\na=mid:0\r\na=ice-ufrag:serverufrag\r\n/,
    );
  });
});

describe('arbitrary input', () => {
  const survives = (sdp: string) => {
    try {
      const offer = parseOffer(sdp);
      const chosen = chooseForPublish(offer);
      chosen.forEach(producerParameters);
      const answer = answerPublisher(offer, chosen, transport);
      // An offer cannot inject lines into the answer.
      for (const line of answer.split('\r\n').slice(0, -1)) expect(line).toMatch(/^[a-z]=[^\r\n]*$/);
      chooseForPlay(offer, ['video', 'audio'], HOME);
    } catch (error) {
      expect(error).toBeInstanceOf(LianmaiError);
    }
  };

  it('is answered or rejected with a typed error: lines dropped, doubled, cut and swapped', () => {
    const lines = [chromiumPublish, obs, gstreamer, simulcast].flatMap((sdp) => sdp.split('\r\n'));
    const offers = fc.constantFrom(chromiumPublish, obs, gstreamer, ffmpeg, simulcast);
    const edits = fc.array(
      fc.tuple(fc.nat(400), fc.constantFrom('drop', 'double', 'cut', 'swap', 'noise'), fc.nat(lines.length - 1), fc.string()),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(offers, edits, (sdp, changes) => {
        const changed = sdp.split('\r\n');
        for (const [at, how, other, noise] of changes) {
          const index = at % changed.length;
          const line = changed[index] ?? '';
          if (how === 'drop') changed.splice(index, 1);
          if (how === 'double') changed.splice(index, 0, line);
          if (how === 'cut') changed[index] = line.slice(0, other % (line.length + 1));
          if (how === 'swap') changed[index] = lines[other] ?? '';
          if (how === 'noise') changed[index] = line.slice(0, 12) + noise;
        }
        survives(changed.join('\r\n'));
      }),
      { numRuns: 1500 },
    );
  });

  it('is answered or rejected: arbitrary text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 500 }), (text) => survives(`v=0\r\n${text}`)),
      { numRuns: 1000 },
    );
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => {
        const code = codeOf(() => parseFragment(text));
        expect(['nothing thrown', 'BAD_REQUEST']).toContain(code);
      }),
      { numRuns: 1000 },
    );
  });
});
