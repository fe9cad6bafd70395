import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import GithubSlugger from 'github-slugger';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { toString as textOf } from 'mdast-util-to-string';
import { visit } from 'unist-util-visit';

/** A Markdown file of the repository. */
export interface Page {
  /** From the root of the repository on: `docs/deploy.md`. */
  readonly path: string;
  readonly text: string;
}

/** A command that a page shows. */
export interface Command {
  readonly page: string;
  /** All of it, with what follows on other lines after a backslash. */
  readonly text: string;
}

/** All Markdown files below `root` but those of packages and of builds. */
export function pagesOf(root: string): Page[] {
  const kept = new Set(['.', '..', '.github']);
  return globSync('{**,.github/**}/*.md', {
    cwd: root,
    exclude: (name) =>
      ['node_modules', 'coverage'].includes(name) || (name.startsWith('.') && !kept.has(name)),
  })
    .sort()
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

/** Where the links and pictures of a page lead, as they are written. */
export function linksOf({ text }: Page): string[] {
  const links: string[] = [];
  visit(fromMarkdown(text), ['link', 'image', 'definition', 'html'], (node) => {
    if ('url' in node) links.push(node.url);
    if (node.type === 'html' && 'value' in node)
      links.push(...[...node.value.matchAll(/\b(?:href|src)="([^"]*)"/g)].map(([, url = '']) => url));
  });
  return links;
}

/** The names by which GitHub lets a link lead to a heading of the page. */
export function anchorsOf({ text }: Page): Set<string> {
  const slugger = new GithubSlugger();
  const anchors = new Set<string>();
  visit(fromMarkdown(text), 'heading', (heading) => {
    anchors.add(slugger.slug(textOf(heading)));
  });
  return anchors;
}

/** A link within the repository, as the path of a file or folder from its root on, and the heading there. */
export function targetOf(page: Page, link: string): { readonly path: string; readonly anchor: string } {
  const [file = '', anchor = ''] = link.split('#');
  return { path: file === '' ? page.path : normalize(join(dirname(page.path), decodeURI(file))), anchor };
}

/** The commands of the blocks in `bash`, `sh` and `console`; what only sets variables to given values is none. */
export function commandsOf({ path, text }: Page): Command[] {
  const commands: Command[] = [];
  visit(fromMarkdown(text), 'code', ({ lang, value }) => {
    const isConsole = lang === 'console';
    if (!isConsole && lang !== 'bash' && lang !== 'sh') return;
    const lines = value.replaceAll(/\\\n\s*/g, '').split('\n');
    const shown = isConsole ? lines.filter((line) => line.startsWith('$ ')) : lines;
    for (const line of shown) {
      const command = line.replace(/^\$ /, '').trim();
      if (command !== '' && !/^(?:#|(?:export )?(?:\w+=[^\s$]*\s*)+$|\w+='[^']*'$)/.test(command))
        commands.push({ page: path, text: command });
    }
  });
  return commands;
}
