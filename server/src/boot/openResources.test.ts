import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ConfigError } from '@lianmai/kit';
import { expect, it } from 'vitest';
import { ServerConfig } from '../config/index.js';
import { openAssets, openCertificate, openStore } from './openResources.js';

// A file in place of the folder fails as a read-only folder does, for root too.
const notFolder = path.join(mkdtempSync(path.join(tmpdir(), 'lianmai-data-')), 'file');
writeFileSync(notFolder, '');
const config = ServerConfig.parse({ dataDir: notFolder, http: { https: { enabled: true } } });

it.each([
  ['the self-signed certificate', openCertificate],
  ['the pictures', openAssets],
  ['the database', openStore],
])('a data folder that cannot hold %s is a wrong setting, named with its options', async (_what, open) => {
  const failure = await open(config).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ConfigError);
  expect(String(failure)).toMatch(new RegExp(`data folder ${notFolder} cannot be used: [^]*DATA_DIR, --data-dir or dataDir`));
});
