/** The pages' texts in both languages, with typed keys. The language follows the person's choice, or the browser. */
import { ERRORS, LianmaiError, WireError, type ErrorCode } from '@lianmai/protocol';
import i18next, { type TFunction } from 'i18next';
import { initReactI18next } from 'react-i18next';
import { getPreferences, setPreferences, subscribePreferences } from '../state';
import type { AudienceTexts } from './audience.en';
import type { Translation } from './en';
import type { OutputsTexts } from './outputs.en';
import type { RecordingsTexts } from './recordings.en';
import type { StreamsTexts } from './streams.en';
import type { RoomTexts } from './room.en';
import type { WatchTexts } from './watch.en';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation';
    resources: { translation: Translation & AudienceTexts & RoomTexts & OutputsTexts & WatchTexts & StreamsTexts & RecordingsTexts };
    returnNull: false;
  }
}

export const LANGUAGES = [
  { id: 'zh-CN', name: '简体中文' },
  { id: 'en', name: 'English' },
] as const;
export type Language = (typeof LANGUAGES)[number]['id'];

/** Texts that only some pages need. `loadTexts` loads them with the page. */
export type TextPart = 'audience' | 'room' | 'outputs' | 'watch' | 'streams' | 'recordings';

/** Each language of each part is its own chunk, so that nobody loads texts they do not read. */
const LOADERS: Record<'all' | TextPart, Record<Language, () => Promise<object>>> = {
  all: { en: async () => (await import('./en')).en, 'zh-CN': async () => (await import('./zh-CN')).zhCN },
  audience: {
    en: async () => (await import('./audience.en')).audienceEn,
    'zh-CN': async () => (await import('./audience.zh-CN')).audienceZhCN,
  },
  room: { en: async () => (await import('./room.en')).roomEn, 'zh-CN': async () => (await import('./room.zh-CN')).roomZhCN },
  outputs: { en: async () => (await import('./outputs.en')).outputsEn, 'zh-CN': async () => (await import('./outputs.zh-CN')).outputsZhCN },
  watch: { en: async () => (await import('./watch.en')).watchEn, 'zh-CN': async () => (await import('./watch.zh-CN')).watchZhCN },
  streams: { en: async () => (await import('./streams.en')).streamsEn, 'zh-CN': async () => (await import('./streams.zh-CN')).streamsZhCN },
  recordings: {
    en: async () => (await import('./recordings.en')).recordingsEn,
    'zh-CN': async () => (await import('./recordings.zh-CN')).recordingsZhCN,
  },
};
const parts = new Set<'all' | TextPart>(['all']);
const loaded = new Set<string>();

export function languageOf(chosen: Language | null, browser: readonly string[]): Language {
  if (chosen) return chosen;
  for (const tag of browser) {
    if (/^zh\b/i.test(tag)) return 'zh-CN';
    if (/^en\b/i.test(tag)) return 'en';
  }
  return 'en';
}

async function load(language: Language): Promise<void> {
  const missing = [...parts].filter((part) => !loaded.has(`${part} ${language}`));
  await Promise.all(
    missing.map(async (part) => {
      i18next.addResourceBundle(language, 'translation', await LOADERS[part][language](), true);
      loaded.add(`${part} ${language}`);
    }),
  );
}

async function changeLanguage(language: Language): Promise<void> {
  await load(language);
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}

/** Call before drawing the first page that needs them. */
export async function loadTexts(...wanted: TextPart[]): Promise<void> {
  for (const part of wanted) parts.add(part);
  await load(languageOf(getPreferences().lang, navigator.languages));
}

const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

/** React escapes. What remains is to keep an Arabic name from turning the sentence around it (FSI … PDI, Unicode UAX #9). */
export const isolate = (value: string): string => (RIGHT_TO_LEFT.test(value) ? `\u2068${value}\u2069` : value);

/** Call once, before drawing the first page. */
export async function startI18n(): Promise<void> {
  await i18next
    .use(initReactI18next)
    .init({ resources: {}, lng: 'en', fallbackLng: false, interpolation: { escapeValue: true, escape: isolate } });
  await changeLanguage(languageOf(getPreferences().lang, navigator.languages));
  subscribePreferences((now, before) => {
    if (now.lang !== before.lang) void changeLanguage(languageOf(now.lang, navigator.languages));
  });
}

export const setLanguage = (lang: Language): void => setPreferences({ lang });

/** Words an error by its code, so that both languages have it. A foreign error counts as INTERNAL. */
export function errorText(t: TFunction, error: unknown): string {
  return t(`errors.${codeOf(error)}`);
}

function codeOf(error: unknown): ErrorCode {
  if (error instanceof LianmaiError) return error.code;
  const wire = WireError.safeParse(error);
  return wire.success && wire.data.code in ERRORS ? wire.data.code : 'INTERNAL';
}
