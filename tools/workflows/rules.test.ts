import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { problemsOf } from './rules.ts';

const root = join(import.meta.dirname, '../..');
const SHA = '11bd71901bbe5b1630ceea73d27597364c9af683';
const workflow = (steps: string, job = 'timeout-minutes: 5', head = 'permissions: {}\non: push') =>
  `${head}\njobs:\n  build:\n    ${job}\n    steps:\n${steps}\n`;

describe('our rules for workflows', () => {
  const files = globSync('.github/workflows/*.yml', { cwd: root });
  it.each(files)('are held by %s', (file) => {
    expect(problemsOf(readFileSync(join(root, file), 'utf8'))).toEqual([]);
  });

  it('have files to hold for', () => {
    expect(files).toHaveLength(6);
  });

  it.each<[string, string, string]>([
    [
      'an action by its tag',
      workflow('      - uses: some/action@v4 # v4.2.2'),
      'some/action@v4 # v4.2.2 is not',
    ],
    [
      'an action without version',
      workflow(`      - uses: some/action@${SHA}`),
      'is not pinned by a commit with',
    ],
    [
      'credentials that stay in the folder',
      workflow(`      - uses: actions/checkout@${SHA} # v4.2.2`),
      'build: checks out without persist-credentials: false',
    ],
    [
      'text of others in a command',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is GitHub's.
      workflow('      - run: npm run diff -- ${{ github.head_ref }}'),
      'build: puts an expression into a command',
    ],
    [
      'a command of its own',
      workflow('      - run: curl example.com'),
      'build: runs what is no script: curl',
    ],
    [
      'a second command',
      workflow('      - run: npm ci; rm -r x'),
      'build: runs what is no script: npm ci; rm -r x',
    ],
    ['a job without end', workflow('      - run: npm ci', 'runs-on: x'), 'build: has no timeout-minutes'],
    [
      'all rights',
      workflow('      - run: npm ci', 'timeout-minutes: 5\n    permissions: write-all'),
      'build: has all rights of a kind',
    ],
    [
      'rights that nobody named',
      workflow('      - run: npm ci', 'timeout-minutes: 5', 'on: push'),
      'gives all jobs',
    ],
    [
      'rights to write for all jobs',
      workflow('      - run: npm ci', 'timeout-minutes: 5', 'on: push\npermissions: { contents: write }'),
      'gives all jobs',
    ],
    [
      'rights for code of others',
      workflow('      - run: npm ci', 'timeout-minutes: 5', 'permissions: {}\non: { pull_request_target: }'),
      'is started by pull_request_target',
    ],
    [
      'a key',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is GitHub's.
      workflow('      - run: npm ci\n        env: { KEY: "${{ secrets.KEY }}" }'),
      'takes a secret',
    ],
  ])('refuse %s', (_, text, problem) => {
    expect(problemsOf(text)).toEqual([expect.stringContaining(problem)]);
  });
});
