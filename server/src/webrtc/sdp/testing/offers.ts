import { readFileSync } from 'node:fs';

/** Offers that real clients have sent, for tests. */
const file = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8').replace(/\r?\n/g, '\r\n');
const crlf = (text: string) => `${text.trim().replace(/\n/g, '\r\n')}\r\n`;

const FINGERPRINT = 'AB:CD:EF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC';

/** Chromium 156 with fake camera and microphone. */
export const chromiumPublish = file('./chromium-publish.sdp');
export const chromiumPlay = file('./chromium-play.sdp');

/** OBS 30 (libdatachannel): connection at session level, no header extensions. */
export const obs = crlf(`
v=0
o=rtc 2143556122 0 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0 1
a=group:LS 0 1
a=msid-semantic:WMS *
a=setup:actpass
a=ice-ufrag:Gl5r
a=ice-pwd:s4xqBn2pzKfHmG0vZlTQdE
a=ice-options:ice2,trickle
a=fingerprint:sha-256 ${FINGERPRINT}
m=audio 54609 UDP/TLS/RTP/SAVPF 111
c=IN IP4 192.0.2.10
a=mid:0
a=sendonly
a=ssrc:2724863105 cname:7FaKx
a=ssrc:2724863105 msid:obs obs-audio
a=msid:obs obs-audio
a=rtcp-mux
a=rtpmap:111 opus/48000/2
a=fmtp:111 minptime=10;maxaveragebitrate=96000;stereo=1;sprop-stereo=1;useinbandfec=1
a=candidate:1 1 UDP 2122317823 192.0.2.10 54609 typ host
m=video 54609 UDP/TLS/RTP/SAVPF 96
c=IN IP4 192.0.2.10
a=mid:1
a=sendonly
a=ssrc:2724863106 cname:7FaKx
a=ssrc:2724863106 msid:obs obs-video
a=msid:obs obs-video
a=rtcp-mux
a=rtpmap:96 H264/90000
a=rtcp-fb:96 nack
a=rtcp-fb:96 nack pli
a=rtcp-fb:96 goog-remb
a=fmtp:96 profile-level-id=42e01f;packetization-mode=1;level-asymmetry-allowed=1
`);

/** GStreamer's whipclientsink: High profile, video first, several payload types. */
export const gstreamer = crlf(`
v=0
o=- 8716349820713 0 IN IP4 0.0.0.0
s=-
t=0 0
a=ice-options:trickle
a=group:BUNDLE video0 audio1
m=video 9 UDP/TLS/RTP/SAVPF 96 97
c=IN IP4 0.0.0.0
a=setup:actpass
a=ice-ufrag:5Hy7kQ2rUmXe1pPdZc0VbNs8LtWgJf3A
a=ice-pwd:9TqYxRk4hM2nSvB7cDzL0wPaEjUf6GiO
a=rtcp-mux
a=rtcp-rsize
a=sendonly
a=rtpmap:96 H264/90000
a=rtcp-fb:96 nack
a=rtcp-fb:96 nack pli
a=rtcp-fb:96 ccm fir
a=rtcp-fb:96 transport-cc
a=fmtp:96 packetization-mode=1;profile-level-id=64001F;level-asymmetry-allowed=1
a=rtpmap:97 rtx/90000
a=fmtp:97 apt=96
a=extmap:1 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
a=extmap:15 urn:ietf:params:rtp-hdrext:sdes:mid
a=ssrc-group:FID 3405691582 3405691583
a=ssrc:3405691582 msid:user1 webrtctransceiver0
a=ssrc:3405691582 cname:user1
a=ssrc:3405691583 cname:user1
a=mid:video0
a=fingerprint:sha-256 ${FINGERPRINT}
m=audio 9 UDP/TLS/RTP/SAVPF 98
c=IN IP4 0.0.0.0
a=setup:actpass
a=ice-ufrag:5Hy7kQ2rUmXe1pPdZc0VbNs8LtWgJf3A
a=ice-pwd:9TqYxRk4hM2nSvB7cDzL0wPaEjUf6GiO
a=rtcp-mux
a=sendonly
a=rtpmap:98 OPUS/48000/2
a=fmtp:98 sprop-stereo=1
a=ssrc:1122334455 cname:user1
a=mid:audio1
a=fingerprint:sha-256 ${FINGERPRINT}
`);

/** FFmpeg's WHIP muxer: passive, no level asymmetry. */
export const ffmpeg = crlf(`
v=0
o=FFmpeg 4489045141692799359 2 IN IP4 127.0.0.1
s=FFmpegPublishSession
t=0 0
a=group:BUNDLE 0 1
a=extmap-allow-mixed
a=msid-semantic: WMS
m=audio 9 UDP/TLS/RTP/SAVPF 111
c=IN IP4 0.0.0.0
a=ice-ufrag:a174b5e2
a=ice-pwd:5f1bc7d3f5f5c2ac79bcf2a6cca5f2d4
a=fingerprint:sha-256 ${FINGERPRINT}
a=setup:passive
a=mid:0
a=sendonly
a=msid:FFmpeg audio
a=rtcp-mux
a=rtpmap:111 opus/48000/2
a=ssrc:2172437721 cname:FFmpeg
a=ssrc:2172437721 msid:FFmpeg audio
m=video 9 UDP/TLS/RTP/SAVPF 106
c=IN IP4 0.0.0.0
a=ice-ufrag:a174b5e2
a=ice-pwd:5f1bc7d3f5f5c2ac79bcf2a6cca5f2d4
a=fingerprint:sha-256 ${FINGERPRINT}
a=setup:passive
a=mid:1
a=sendonly
a=msid:FFmpeg video
a=rtcp-mux
a=rtcp-rsize
a=rtpmap:106 H264/90000
a=fmtp:106 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=4d0028
a=ssrc:4086342719 cname:FFmpeg
a=ssrc:4086342719 msid:FFmpeg video
`);

/** A page's simulcast offer: layers by RID without SSRCs, and a data channel. */
export const simulcast = crlf(`
v=0
o=- 46117317 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0 1
m=video 9 UDP/TLS/RTP/SAVPF 102 103
c=IN IP4 0.0.0.0
a=ice-ufrag:EsAw
a=ice-pwd:bP+XJMM09aR8AiX1jdukzR6Y
a=fingerprint:sha-256 ${FINGERPRINT}
a=setup:actpass
a=mid:0
a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id
a=extmap:13 urn:3gpp:video-orientation
a=sendonly
a=rtcp-mux
a=rtpmap:102 H264/90000
a=rtcp-fb:102 nack pli
a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f
a=rtpmap:103 rtx/90000
a=fmtp:103 apt=102
a=rid:hi send
a=rid:mid send
a=simulcast:send hi;mid
m=application 9 UDP/DTLS/SCTP webrtc-datachannel
c=IN IP4 0.0.0.0
a=ice-ufrag:EsAw
a=ice-pwd:bP+XJMM09aR8AiX1jdukzR6Y
a=fingerprint:sha-256 ${FINGERPRINT}
a=setup:actpass
a=mid:1
a=sctp-port:5000
`);
