import { randomBytes } from 'node:crypto';
import { DEFAULT_APP, LianmaiError, type AuthoriseReply, type AuthoriseRequest } from '@lianmai/protocol';
import { isSame } from '../authorisation/index.js';
import type { ProgramNames } from './ProgramNames.js';
import { assertSigned } from './playSignature.js';
import type { RegisteredStream, StreamRepository } from './StreamRepository.js';
import { KeyGuessLimiter } from './KeyGuessLimiter.js';

export interface StreamAuthoriserOptions {
  repository: Pick<StreamRepository, 'find'>;
  programNames: Pick<ProgramNames, 'isLive'>;
  policy: Pick<AuthoriseReply, 'onTaken' | 'resumeGraceMs'>;
  nowMs?: () => number;
}

/** Compared when the stream does not exist, so that the check takes as long as for a wrong key. */
const NOBODYS_KEY = randomBytes(24).toString('base64url');

/** Decides who may publish and play. */
export class StreamAuthoriser {
  readonly #options: StreamAuthoriserOptions;
  readonly #keyGuesses = new KeyGuessLimiter();

  constructor(options: StreamAuthoriserOptions) {
    this.#options = options;
  }

  async authorise(request: AuthoriseRequest): Promise<AuthoriseReply> {
    const stream = await (request.action === 'publish' ? this.#publisher(request) : this.#player(request));
    return { ...this.#options.policy, srtPassphrase: stream?.srtPassphrase?.reveal() ?? null, isSigned: stream?.playAccess === 'signed' };
  }

  /** An unknown stream and a wrong key get the same error, so that names cannot be guessed. */
  async #publisher(request: AuthoriseRequest): Promise<RegisteredStream | null> {
    const { repository } = this.#options;
    // A bridge publishes these only because this server told it to.
    if (request.protocol === 'program' || request.protocol === 'pull') return repository.find(request);
    await this.#keyGuesses.assertFew(request.ip, request);
    const stream = await repository.find(request);
    const isRight = isSame(request.params['key'] ?? request.params['token'] ?? '', stream?.publishKey.reveal() ?? NOBODYS_KEY);
    if (!stream || !isRight) {
      await this.#keyGuesses.count(request.ip, request);
      throw new LianmaiError('FORBIDDEN', undefined, { message: 'Unknown stream or wrong key. Check both.' });
    }
    if (request.app === DEFAULT_APP && this.#options.programNames.isLive(request.name))
      throw new LianmaiError('CONFLICT', undefined, { message: 'A room of this name is live under it.' });
    return stream;
  }

  /** An unregistered name may be a room's or unused; the hub knows. */
  async #player(request: AuthoriseRequest): Promise<RegisteredStream | null> {
    const stream = await this.#options.repository.find(request);
    if (stream?.playAccess === 'signed') assertSigned(stream.playSecret, stream, request.params, (this.#options.nowMs ?? Date.now)());
    return stream;
  }
}
