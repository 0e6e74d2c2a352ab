import { LianmaiError } from '@lianmai/protocol';
import type { TFunction } from 'i18next';
import { errorText } from '../../i18n';
import { formatDuration } from '../../ui';

/** Why a message was not sent. */
export interface Refusal {
  error: unknown;
  /** When it can be sent, on the page's clock; null: waiting does not help, or nobody knows how long. */
  endsAtMs: number | null;
}

/** `clockOffsetMs`: server clock minus page clock. */
export function refusalOf(error: unknown, { nowMs, clockOffsetMs }: { nowMs: number; clockOffsetMs: number }): Refusal {
  const { untilMs, retryAfterMs } = (error instanceof LianmaiError && error.details) || {};
  if (typeof untilMs === 'number') return { error, endsAtMs: untilMs - clockOffsetMs };
  return { error, endsAtMs: typeof retryAfterMs === 'number' ? nowMs + retryAfterMs : null };
}

/** Tells what happened and what to do, with the time that is left. */
export function refusalText(t: TFunction, { error, endsAtMs }: Refusal, nowMs: number): string {
  const leftMs = endsAtMs === null ? null : Math.max(0, endsAtMs - nowMs);
  const seconds = Math.ceil((leftMs ?? 0) / 1000);
  switch (error instanceof LianmaiError ? error.code : null) {
    case 'CHAT_MUTED':
      return leftMs === null ? t('chat.refused.muted') : t('chat.refused.mutedFor', { time: formatDuration(seconds * 1000) });
    case 'CHAT_SLOW':
      return t('chat.refused.slow', { seconds });
    case 'RATE_LIMITED':
      return t('chat.refused.tooFast', { seconds });
    case 'CHAT_BLOCKED':
      return t(`chat.refused.${error instanceof LianmaiError && error.details?.['reason'] === 'link' ? 'link' : 'word'}`);
    default:
      return errorText(t, error);
  }
}
