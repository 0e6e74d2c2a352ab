/** Parses just enough of Dockerfile and .dockerignore to test ours without Docker. */

export interface Instruction {
  name: string;
  /** The text after the name, with continued lines joined. */
  value: string;
}

export interface Stage {
  from: string;
  as: string | null;
  instructions: Instruction[];
}

export function parseDockerfile(text: string): Stage[] {
  const lines = text
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('#'))
    .join('\n')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const stages: Stage[] = [];
  for (const line of lines) {
    const [, name = '', value = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
    if (name === 'FROM') {
      const [, from = '', as = null] = /^(\S+)(?:\s+AS\s+(\S+))?$/.exec(value) ?? [];
      stages.push({ from, as, instructions: [] });
    } else {
      stages.at(-1)?.instructions.push({ name, value: value.trim() });
    }
  }
  return stages;
}

export interface Copy {
  /** The stage that it copies from; null for the build context. */
  from: string | null;
  sources: string[];
  target: string;
}

export function copies(stage: Stage): Copy[] {
  return stage.instructions
    .filter(({ name }) => name === 'COPY')
    .map(({ value }) => {
      const words = value.split(/\s+/);
      const from = words.find((word) => word.startsWith('--from='))?.slice('--from='.length) ?? null;
      const paths = words.filter((word) => !word.startsWith('--'));
      return { from, sources: paths.slice(0, -1), target: paths.at(-1) ?? '' };
    });
}

/** Returns a function that says whether .dockerignore excludes a path. The last pattern that matches decides; a folder includes everything below it. */
export function parseIgnore(text: string): (path: string) => boolean {
  const rules = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ isException: line.startsWith('!'), pattern: toRegExp(line.replace(/^!/, '')) }));
  return (path) => rules.reduce((isIgnored, { isException, pattern }) => (pattern.test(path) ? !isException : isIgnored), false);
}

function toRegExp(pattern: string): RegExp {
  const body = pattern
    .replace(/^\/|\/$/g, '')
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*\*\/|\*\*|\*|\?/g, (wild) => ({ '**/': '(?:.*/)?', '**': '.*', '*': '[^/]*', '?': '[^/]' })[wild] ?? wild);
  return new RegExp(`^${body}(?:/.*)?$`);
}
