/** Bytes that do not follow their format. The text says where and what was expected but never quotes the bytes; the reader decides whose fault it is. */
export class FormatError extends Error {
  override readonly name = 'FormatError';
}
