import { ERRORS, LianmaiError } from '@lianmai/protocol';
import { createInstance } from 'i18next';
import { describe, expect, it } from 'vitest';
import { audienceEn } from './audience.en';
import { audienceZhCN } from './audience.zh-CN';
import { en } from './en';
import { outputsEn } from './outputs.en';
import { outputsZhCN } from './outputs.zh-CN';
import { recordingsEn } from './recordings.en';
import { recordingsZhCN } from './recordings.zh-CN';
import { errorText, isolate, languageOf } from '.';
import { streamsEn } from './streams.en';
import { streamsZhCN } from './streams.zh-CN';
import { roomEn } from './room.en';
import { roomZhCN } from './room.zh-CN';
import { watchEn } from './watch.en';
import { watchZhCN } from './watch.zh-CN';
import { zhCN } from './zh-CN';

/** Every leaf as path → text. Lists count by index. */
function flatten(value: unknown, path = ''): [string, string][] {
  if (typeof value === 'string') return [[path, value]];
  return Object.entries(value as object).flatMap(([key, child]) => flatten(child, path ? `${path}.${key}` : key));
}
const english = new Map([en, audienceEn, roomEn, outputsEn, watchEn, streamsEn, recordingsEn].flatMap((texts) => flatten(texts)));
const chinese = new Map(
  [zhCN, audienceZhCN, roomZhCN, outputsZhCN, watchZhCN, streamsZhCN, recordingsZhCN].flatMap((texts) => flatten(texts)),
);
const variables = (text: string) => [...text.matchAll(/{{(\w+)}}/g)].map((match) => match[1]).sort();

describe('both languages', () => {
  it('have the same keys', () => expect([...chinese.keys()].sort()).toEqual([...english.keys()].sort()));

  it('leave nothing empty', () => {
    for (const [key, text] of [...english, ...chinese]) expect(text.trim(), key).not.toBe('');
  });

  it('fill in the same values', () => {
    for (const [key, text] of english) expect(variables(chinese.get(key) ?? ''), key).toEqual(variables(text));
  });

  it('have a text for every error in the table', () => {
    for (const code of Object.keys(ERRORS)) {
      expect(english.get(`errors.${code}`), code).toBeTruthy();
      expect(chinese.get(`errors.${code}`), code).toMatch(/\p{Script=Han}/u);
    }
  });
});

it('words an error by its code, and a foreign one as INTERNAL', async () => {
  const i18n = createInstance();
  await i18n.init({ lng: 'en', resources: { en: { translation: en } } });
  expect(errorText(i18n.t, new LianmaiError('ROOM_LOCKED'))).toBe(en.errors.ROOM_LOCKED);
  expect(errorText(i18n.t, { code: 'ROOM_FULL', message: 'x' })).toBe(en.errors.ROOM_FULL);
  expect(errorText(i18n.t, new Error('secret detail'))).toBe(en.errors.INTERNAL);
});

it("picks the chosen language, else the first of the browser's that we speak", () => {
  expect(languageOf('en', ['zh-CN'])).toBe('en');
  expect(languageOf(null, ['fr', 'zh-Hant-TW', 'en'])).toBe('zh-CN');
  expect(languageOf(null, ['de'])).toBe('en');
});

it('keeps a right-to-left name from turning the sentence around', async () => {
  const i18n = createInstance();
  await i18n.init({ lng: 'en', resources: { en: { translation: en } }, interpolation: { escapeValue: true, escape: isolate } });
  expect(i18n.t('lobby.hostedBy', { name: 'دينا' })).toBe('Hosted by \u2068دينا\u2069');
  expect(i18n.t('lobby.hostedBy', { name: '<b>Ada & 王' })).toBe('Hosted by <b>Ada & 王');
});
