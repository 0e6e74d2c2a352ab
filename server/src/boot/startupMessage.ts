import type { ApiKey } from '../authorisation/index.js';

export interface StartupFacts {
  version: string;
  isSecure: boolean;
  isSelfSigned: boolean;
  port: number;
  lanAddresses: readonly string[];
  originUrl: string;
  rtmpPort: number;
  srtPort: number;
  apiKey: ApiKey;
}

/** Returns the lines that tell a person who has just started the server where to go next. */
export function startupMessage(facts: StartupFacts): string {
  const scheme = facts.isSecure ? 'https' : 'http';
  const local = `${scheme}://localhost:${facts.port}`;
  const lines = [
    '',
    `  Lianmai ${facts.version} is running`,
    '',
    `  Here         ${local}`,
    ...facts.lanAddresses.map((address) => `  Network      ${scheme}://${address}:${facts.port}`),
    `  Streams      ${local}/streams  (make one there, then publish from OBS or FFmpeg)`,
    `  Listening    RTMP ${facts.rtmpPort}, SRT ${facts.srtPort}/udp, players ${facts.originUrl}`,
    '',
    ...cameraHint(facts),
    ...keyNotice(facts, local),
    '  Ctrl-C stops it.',
    '',
  ];
  return `${lines.join('\n')}\n`;
}

function cameraHint({ isSecure, isSelfSigned, lanAddresses }: StartupFacts): string[] {
  if (isSelfSigned) return ['  The certificate is self-signed: browsers ask once for each address.', ''];
  if (isSecure || lanAddresses.length === 0) return [];
  return [
    '  Browsers give camera and microphone to http://localhost only. For the network addresses start with --https,',
    '  or put a reverse proxy with a certificate in front.',
    '',
  ];
}

function keyNotice({ apiKey, isSelfSigned }: StartupFacts, local: string): string[] {
  if (!apiKey.isDevelopment) return [];
  const credentials = `${apiKey.id}:${apiKey.secret.reveal()}`;
  return [
    '  *** DEVELOPMENT KEY *** No API key is configured, so this one was made up; it is good for this run only.',
    '  For anything real set LIANMAI_API_KEY and LIANMAI_API_SECRET. To mint a join token with it:',
    '',
    `    curl ${isSelfSigned ? '-k ' : ''}-u ${credentials} ${local}/api/v1/rooms/demo/tokens \\`,
    `      -H 'Content-Type: application/json' -d '{"identity":"me","name":"Me","role":"host"}'`,
    '',
  ];
}
