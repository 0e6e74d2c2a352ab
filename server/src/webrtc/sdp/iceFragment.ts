import { LianmaiError } from '@lianmai/protocol';

/** `application/trickle-ice-sdpfrag` (RFC 8840) as far as an ICE-lite server has use for it. */
export interface IceFragment {
  /** null: candidates of the present generation, without saying which that is. */
  ufrag: string | null;
  pwd: string | null;
}

const MAX_CHARS = 20_000;
/** An attribute, a medium, or what stands at a session's start. */
const LINE = /^[a-z]=[^\r\n]*$/;
const UFRAG = /^a=ice-ufrag:([A-Za-z0-9+/_=-]{4,256})$/;
const PWD = /^a=ice-pwd:([A-Za-z0-9+/_=-]{22,256})$/;

/** Candidates are not read: the client reaches us, we never reach out. BAD_REQUEST for what is no fragment. */
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
