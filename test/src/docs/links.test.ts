import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync(path.join(ROOT, 'docs'))
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
];
const REPOSITORY_PATH = /^(protocol|kit|server|bridge|client|test|scripts|deploy|docs)\/\S*$/;

/** Targets of `[text](target)` and `![text](target)` that point into the repository. */
function relativeLinks(text: string): string[] {
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target as string);
  return targets.filter((target) => !/^[a-z]+:/.test(target));
}

/** Paths in backticks that begin at the root, such as `server/src/main.ts`, but not patterns: `<kind>`, `{id}`, `*`, `…`. */
function pathsInBackticks(text: string): string[] {
  const quoted = [...text.matchAll(/(?<!`)`([^`\n]+)`(?!`)/g)].map(([, words]) => words as string);
  return quoted.filter((words) => REPOSITORY_PATH.test(words) && !/[<{*…]/.test(words));
}

/** Names of classes and types in backticks, such as `StreamHub`. */
function typesInBackticks(text: string): string[] {
  return [...text.matchAll(/`([A-Z][A-Za-z]*[a-z][A-Za-z]*)`/g)].map(([, name]) => name as string);
}

/** Every source of the product in one text, each after its path. */
function allSources(): string {
  return ['protocol', 'kit', 'server', 'bridge', 'client']
    .flatMap((workspace) =>
      readdirSync(path.join(ROOT, workspace, 'src'), { recursive: true, encoding: 'utf8' }).map((file) => `${workspace}/src/${file}`),
    )
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => `${file}\n${readFileSync(path.join(ROOT, file), 'utf8')}`)
    .join('\n');
}

/** The anchors that GitHub gives to a page's headings. */
function anchorsOf(text: string): Set<string> {
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading as string);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} -]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

function isBroken(page: string, link: string): boolean {
  const [target = '', anchor] = link.split('#');
  const file = target === '' ? path.join(ROOT, page) : path.join(ROOT, path.dirname(page), target);
  if (!existsSync(file)) return true;
  return anchor !== undefined && !anchorsOf(readFileSync(file, 'utf8')).has(anchor);
}

describe.each(PAGES)('%s', (page) => {
  const text = readFileSync(path.join(ROOT, page), 'utf8');

  it('has no broken link', () => {
    expect(relativeLinks(text).filter((link) => isBroken(page, link))).toEqual([]);
  });

  it('names no path that is not in the repository', () => {
    expect(pathsInBackticks(text).filter((name) => !existsSync(path.join(ROOT, name)))).toEqual([]);
  });
});

it.each(['docs/architecture.md', 'CONTRIBUTING.md'])('%s names only classes and types that exist', (page) => {
  const sources = allSources();
  const isKnown = (name: string) => new RegExp(`\\b(class|interface|type|const) ${name}\\b|/${name}\\.tsx?\n`).test(sources);
  const names = new Set(typesInBackticks(readFileSync(path.join(ROOT, page), 'utf8')));
  expect([...names].filter((name) => !isKnown(name))).toEqual([]);
});
