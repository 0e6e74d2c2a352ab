/** Bytes that do not follow their format. Says where and what was expected; never quotes the bytes. Whoever read them decides whose fault it is. */
export class FormatError extends Error {
  override readonly name = 'FormatError';
}
