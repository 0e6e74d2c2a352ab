/** Appends the stream key to the URL of an RTMP server. Without a key, the URL is already complete. */
export function withStreamKey(serverUrl: string, key: string): string {
  const url = serverUrl.trim();
  const name = key.trim().replace(/^\/+/, '');
  return name === '' ? url : `${url.replace(/\/+$/, '')}/${name}`;
}
