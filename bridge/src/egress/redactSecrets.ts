import { redact, type Secret } from '@lianmai/kit';

/** Shorter secrets would make holes in ordinary words and protect nothing. */
const MIN_SECRET_LENGTH = 3;

/** Removes the given secrets, plain, URL-encoded or decoded, and whatever `redact` knows: servers like to quote the key they reject. */
export function redactSecrets(text: string, secrets: readonly Secret[]): string {
  let clean = text;
  for (const secret of secrets) for (const form of formsOf(secret.reveal())) clean = clean.replaceAll(form, '***');
  return redact(clean);
}

function formsOf(secret: string): string[] {
  const forms = [secret, encodeURIComponent(secret), encodeURI(secret)];
  try {
    forms.push(decodeURIComponent(secret));
  } catch {
    // not URL-encoded, so it has no decoded form
  }
  return [...new Set(forms)].filter((form) => form.length >= MIN_SECRET_LENGTH).sort((a, b) => b.length - a.length);
}
