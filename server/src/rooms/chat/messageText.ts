/** A text as rules compare it: one form for full-width and styled letters, lower case, and no invisible characters. */
export const normalise = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .toLowerCase();

/** Endings that people write without a scheme and that are no English words. Others count as links only with a path: `youtu.be/x`. */
const ENDINGS = 'com|net|org|info|biz|io|co|tv|cc|cn|hk|tw|jp|kr|xyz|vip|dev|gg|ru|uk|de|fr|eu|br';
const SCHEME = /:\/\/\S/u;
const WWW = /(?<![a-z0-9])www\.[\p{L}\p{N}]/u;
const HOST = new RegExp(`(?<![a-z0-9@.-])(?:[a-z0-9-]{1,63}\\.)+(?:(?:${ENDINGS})(?![a-z0-9-])|[a-z]{2,24}/[\\p{L}\\p{N}])`, 'u');

/** Whether a text has a web address, also one without a scheme. */
export function hasLink(text: string): boolean {
  const normal = normalise(text);
  return SCHEME.test(normal) || WWW.test(normal) || HOST.test(normal);
}
