/** The product from outside: a whole system, people in browsers, FFmpeg as the judge. */
export * from './browser.js';
export * from './ffmpeg.js';
export * from './fixtures.js';
export * from './ports.js';
export * from './processes.js';
export * from './RoomPage.js';
export * from './System.js';
export * from './waiting.js';
export * from './TcpProxy.js';
export * from './flvTags.js';
export * from './clockFrames.js';
export * from './rtcPage.js';
export * from './WatchPage.js';
export * from './liveFixtures.js';
export * from './Peer.js';
export * from './probe.js';
export * from './nginxRtmp.js';
