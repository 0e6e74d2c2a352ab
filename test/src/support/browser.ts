import { existsSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';
import { camera, microphone, type Person } from './fakeDevices.js';

const EXECUTABLE =
  process.env.CHROMIUM_PATH ?? ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync) ?? 'chromium';

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-background-timer-throttling',
  '--disable-renderer-backgrounding',
  '--disable-backgrounding-occluded-windows',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  '--autoplay-policy=no-user-gesture-required',
  '--auto-select-desktop-capture-source=Entire screen',
];

/** A browser whose camera and microphone are `person`'s, or play the given files. */
export async function launchBrowser(devices?: Person | { camera: string; microphone: string }): Promise<Browser> {
  const files = typeof devices === 'string' ? { camera: await camera(devices), microphone: await microphone(devices) } : devices;
  const fakes = files ? [`--use-file-for-fake-video-capture=${files.camera}`, `--use-file-for-fake-audio-capture=${files.microphone}`] : [];
  return chromium.launch({ executablePath: EXECUTABLE, headless: true, args: [...ARGUMENTS, ...fakes] });
}

/** Collects uncaught errors, which a real user would have in the console. */
export function collectErrors(page: Page): string[] {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  return errors;
}
