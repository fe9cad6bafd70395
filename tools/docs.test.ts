import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { anchorsOf, commandsOf, linksOf, type Page, pagesOf, targetOf } from './markdown.ts';

/** A kind of command: run by a test, or not, with the reason why. */
interface Kind {
  readonly startsWith: string;
  /** The page that has them; all pages, where there is none. */
  readonly page?: string;
  readonly runBy?: string;
  readonly reason?: string;
}

const root = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const pages = pagesOf(root);
const { scripts } = JSON.parse(read('package.json')) as { scripts: object };
const kinds: readonly Kind[] = JSON.parse(read('docs/commands.json'));
const commands = pages.flatMap(commandsOf);
const isOf = (kind: Kind, { page, text }: { page: string; text: string }) =>
  text.startsWith(kind.startsWith) && (kind.page ?? page) === page;

const isExternal = (link: string) => /^[a-z]+:/.test(link);

/** What is wrong with a link; nothing, when it leads somewhere. */
function problemOf(page: Page, link: string): string | undefined {
  if (isExternal(link)) return isWellFormed(link) ? undefined : 'is no address of the web';
  const { path, anchor } = targetOf(page, link);
  if (path.startsWith('..') || !existsSync(join(root, path))) return 'leads to no file';
  const target = pages.find((candidate) => candidate.path === path);
  return anchor === '' || (target && anchorsOf(target).has(anchor)) ? undefined : 'leads to no heading';
}

/** Not asked: a test that asks the web fails for reasons of the web. */
function isWellFormed(link: string): boolean {
  const url = URL.parse(link);
  return (
    url?.protocol === 'https:' && url.username === '' && /^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(url.hostname)
  );
}

describe('the documentation', () => {
  it.each(pages)('$path links only to files and headings that are there', (page) => {
    const problems = linksOf(page).flatMap((link) => {
      const problem = problemOf(page, link);
      return problem === undefined ? [] : [`${link} ${problem}`];
    });
    expect(problems).toEqual([]);
  });

  it.each(pages)('$path names only scripts that package.json has', ({ text }) => {
    const named = [...text.matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  it('shows only commands that a test runs, or that docs/commands.json says why none does', () => {
    const unknown = commands.filter((command) => !kinds.some((kind) => isOf(kind, command)));
    expect(unknown.map(({ page, text }) => `${page}: ${text}`)).toEqual([]);
  });

  it.each(kinds)('shows a command that starts with $startsWith, as docs/commands.json says', (kind) => {
    const shown = commands.filter((command) => isOf(kind, command));
    expect(shown).not.toEqual([]);
    expect([kind.runBy, kind.reason].filter(Boolean)).toHaveLength(1);
    if (kind.runBy === undefined) return;
    const test = read(kind.runBy);
    // It has the command, or reads it from the page.
    const readsPage = shown.every(({ page }) => test.includes(`'${page}'`));
    expect(readsPage || test.includes(kind.startsWith)).toBe(true);
  });
});

describe('a page', () => {
  const page = (text: string): Page => ({ path: 'docs/page.md', text });

  it('has the links of texts, tables, pictures, references and tags, and none of its code', () => {
    const text = [
      'A [link](a.md) and `[code](b.md)`, a [reference][r] and <a href="c.md">a tag</a>.',
      '',
      '| [cell](d.md#e) | ![picture](f.svg) |',
      '',
      '[r]: g.md',
      '',
      '```',
      '[block](h.md)',
      '```',
    ].join('\n');
    expect(linksOf(page(text))).toEqual(['a.md', 'c.md', 'd.md#e', 'f.svg', 'g.md']);
  });

  it('has the anchors that GitHub gives to its headings', () => {
    const text =
      '# `npm run` it\n\n## What it is, and isn’t\n\n## Twice\n\n## Twice\n\n```sh\n# no heading\n```';
    expect([...anchorsOf(page(text))]).toEqual(['npm-run-it', 'what-it-is-and-isnt', 'twice', 'twice-1']);
  });

  it.each([
    ['../README.md', { path: 'README.md', anchor: '' }],
    ['deploy.md#1-the-account', { path: 'docs/deploy.md', anchor: '1-the-account' }],
    ['#here', { path: 'docs/page.md', anchor: 'here' }],
    ['../../elsewhere.md', { path: '../elsewhere.md', anchor: '' }],
  ])('leads by %s from the root of the repository on', (link, target) => {
    expect(targetOf(page(''), link)).toEqual(target);
  });

  it('has the commands of its shell blocks, without answers, comments and values', () => {
    const text = [
      '```console',
      '$ curl -s \\',
      '    127.0.0.1',
      '{"answer":1}',
      '```',
      '',
      '1. In a list:',
      '',
      '   ```bash',
      '   # a comment',
      '   export AWS_REGION=eu-west-1 STAGE=prod',
      "   JSON='content-type: application/json'",
      '   TOKEN=$(npm run token)',
      '   npm ci',
      '   ```',
      '',
      '```json',
      'npm start',
      '```',
    ].join('\n');
    expect(commandsOf(page(text)).map((command) => command.text)).toEqual([
      'curl -s 127.0.0.1',
      'TOKEN=$(npm run token)',
      'npm ci',
    ]);
  });

  it.each([
    ['https://docs.aws.amazon.com/lambda/', undefined],
    ['http://example.com', 'is no address of the web'],
    ['https://localhost/page', 'is no address of the web'],
    ['missing.md', 'leads to no file'],
    ['../../elsewhere.md', 'leads to no file'],
    ['deploy.md#nowhere', 'leads to no heading'],
    ['deploy.md#1-the-account', undefined],
    ['decisions', undefined],
  ])('that links to %s is told: %s', (link, problem) => {
    expect(problemOf(page(''), link)).toBe(problem);
  });
});
