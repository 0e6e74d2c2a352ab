/** Real stream URLs stay well below these limits. */
const MAX_PARAMS = 32;
const MAX_NAME = 64;
const MAX_VALUE = 1024;

/**
 * Reads the query of a stream URL for the gate, which passes all parameters (`key`, `token`, `sign`…) on to the server. Keeps the first
 * value of each name and skips oversized ones.
 */
export function readQueryParams(query: string | URLSearchParams): Record<string, string> {
  const params: Record<string, string> = Object.create(null) as Record<string, string>;
  let count = 0;
  for (const [name, value] of new URLSearchParams(query)) {
    if (count >= MAX_PARAMS) break;
    if (name in params || name.length > MAX_NAME || value.length > MAX_VALUE) continue;
    params[name] = value;
    count++;
  }
  return { ...params };
}
