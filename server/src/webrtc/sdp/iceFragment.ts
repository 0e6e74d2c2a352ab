import { LianmaiError } from '@lianmai/protocol';

/** The parts of `application/trickle-ice-sdpfrag` (RFC 8840) that an ICE-lite server uses. */
export interface IceFragment {
  /** null: candidates of the current generation, without its name. */
  ufrag: string | null;
  pwd: string | null;
}

const MAX_CHARS = 20_000;
/** An attribute, an m-line or a session line. */
const LINE = /^[a-z]=[^\r\n]*$/;
const UFRAG = /^a=ice-ufrag:([A-Za-z0-9+/_=-]{4,256})$/;
const PWD = /^a=ice-pwd:([A-Za-z0-9+/_=-]{22,256})$/;

/** Ignores candidates, since only the client opens connections. Throws BAD_REQUEST for anything but a fragment. */
export function parseFragment(text: string): IceFragment {
  if (text.length > MAX_CHARS) throw new LianmaiError('TOO_LARGE');
  const lines = text.split(/\r?\n/).filter((line) => line !== '');
  if (lines.length === 0 || !lines.every((line) => LINE.test(line))) throw invalid('expected lines like a=candidate:...');
  const value = (form: RegExp) => lines.map((line) => form.exec(line)?.[1]).find((found) => found !== undefined) ?? null;
  const [ufrag, pwd] = [value(UFRAG), value(PWD)];
  if (ufrag === null && lines.some((line) => line.startsWith('a=ice-ufrag:'))) throw invalid('a=ice-ufrag: expected 4-256 characters');
  return { ufrag, pwd };
}

const invalid = (message: string) => new LianmaiError('BAD_REQUEST', undefined, { message: `SDP fragment: ${message}` });
