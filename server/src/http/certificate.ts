import { X509Certificate } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { ConfigError } from '@lianmai/kit';
import { generate } from 'selfsigned';

/** In PEM format. */
export interface Certificate {
  cert: string;
  key: string;
  isSelfSigned: boolean;
}

const DAY_MS = 86_400_000;
const VALID_DAYS = 365;
const RENEW_BEFORE_DAYS = 30;

/** Reads the given certificate. Throws a ConfigError that names the file it cannot read. */
export async function readCertificate(files: { cert: string; key: string }): Promise<Certificate> {
  const read = async (option: string, file: string) =>
    readFile(file, 'utf8').catch((error: unknown) => {
      throw new ConfigError(`--${option} ${file}: ${error instanceof Error ? error.message : String(error)}`);
    });
  return { cert: await read('cert', files.cert), key: await read('key', files.key), isSelfSigned: false };
}

/** Returns certificate files for another process on this machine: the configured ones, or a self-signed pair. */
export async function certificateFiles(
  given: { cert?: string | undefined; key?: string | undefined },
  dataDir: string,
  addresses: readonly string[],
): Promise<{ cert: string; key: string }> {
  const { cert, key } = given;
  if (cert !== undefined && key !== undefined) return { cert: path.resolve(cert), key: path.resolve(key) };
  await selfSignedCertificate(dataDir, addresses);
  return keptFiles(dataDir);
}

function keptFiles(dataDir: string): { cert: string; key: string } {
  const folder = path.resolve(dataDir, 'tls');
  return { cert: path.join(folder, 'cert.pem'), key: path.join(folder, 'key.pem') };
}

/**
 * Returns a certificate for these addresses and this machine's names. Reuses the previous run's while it still fits, so that browsers
 * warn only once.
 */
export async function selfSignedCertificate(dataDir: string, addresses: readonly string[]): Promise<Certificate> {
  const files = keptFiles(dataDir);
  const names = ['localhost', hostname()];
  const ips = ['127.0.0.1', '::1', ...addresses];
  const kept = await readKept(files);
  if (kept && fits(kept.cert, names, ips)) return kept;
  const made = await make(names, ips);
  await mkdir(path.dirname(files.key), { recursive: true });
  await writeFile(files.key, made.key, { mode: 0o600 });
  await writeFile(files.cert, made.cert);
  return made;
}

async function readKept(files: { cert: string; key: string }): Promise<Certificate | null> {
  try {
    return { cert: await readFile(files.cert, 'utf8'), key: await readFile(files.key, 'utf8'), isSelfSigned: true };
  } catch {
    return null;
  }
}

function fits(pem: string, names: readonly string[], ips: readonly string[]): boolean {
  try {
    const certificate = new X509Certificate(pem);
    const isFresh = Date.parse(certificate.validTo) > Date.now() + RENEW_BEFORE_DAYS * DAY_MS;
    return isFresh && names.every((name) => certificate.checkHost(name)) && ips.every((ip) => certificate.checkIP(ip));
  } catch {
    return false;
  }
}

async function make(names: readonly string[], ips: readonly string[]): Promise<Certificate> {
  const altNames = [...names.map((value) => ({ type: 2 as const, value })), ...ips.map((ip) => ({ type: 7 as const, ip }))];
  const { cert, private: key } = await generate([{ name: 'commonName', value: names[1] ?? 'lianmai' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(Date.now() - DAY_MS),
    notAfterDate: new Date(Date.now() + VALID_DAYS * DAY_MS),
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames },
    ],
  });
  return { cert, key, isSelfSigned: true };
}
