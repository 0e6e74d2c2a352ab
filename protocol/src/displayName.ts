import { z } from 'zod';

/** Control characters break logs and pages, and bidirectional overrides and isolates can make one name look like another. */
// eslint-disable-next-line no-control-regex -- removing control characters is the purpose
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** One line of display text in any script, emoji included, without control characters; at most `max` UTF-16 units. */
export const singleLine = (max: number) =>
  z
    .string()
    .max(max * 2)
    .transform((text) => text.normalize('NFC').replace(UNSAFE, '').replace(/\s+/g, ' ').trim())
    .pipe(z.string().min(1).max(max));

/** A person's name as tiles, chat and lists show it. */
export const DisplayName = singleLine(80);
