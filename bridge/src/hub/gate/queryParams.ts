/** More than any honest URL has. */
const MAX_PARAMS = 32;
const MAX_NAME = 64;
const MAX_VALUE = 1024;

/** The query of a stream's URL as the gate wants it: the first value of each name, bounded; what is too long is left out. */
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
