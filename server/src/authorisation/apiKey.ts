import { createHash, timingSafeEqual } from 'node:crypto';
import { Secret } from '@lianmai/kit';

/** An API key: its id is public (the `kid` of tokens), its secret signs and verifies them. */
export interface ApiKey {
  id: string;
  secret: Secret;
  /** Made for this start because none is configured. */
  isDevelopment: boolean;
}

/** The configured key, or one with `developmentSecret`, which is random and lasts as long as the supervisor. */
export function apiKeyFrom(configured: { key?: string | undefined; secret?: Secret | undefined }, developmentSecret: string): ApiKey {
  if (configured.key !== undefined && configured.secret) return { id: configured.key, secret: configured.secret, isDevelopment: false };
  return { id: 'dev', secret: new Secret(developmentSecret), isDevelopment: true };
}

/** Compares without telling by its duration where the two differ. */
export function isSame(left: string, right: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}
