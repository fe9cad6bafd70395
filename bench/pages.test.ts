import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { recorded, reportFiles, withFigures } from './pages.ts';
import { filesOfReport, readFigures } from './performance-report.ts';
import { REASONS } from './reasons.ts';

const session = {
  date: '2026-11-23T08:15:49.000Z',
  load: 0.42,
  quick: true,
  rounds: 5,
  seconds: 61.4,
  node: 'v24.21.0',
  machine: 'linux x64, 2 cores',
  versions: { zod: '4.6.7' },
};
const size = recorded(
  {
    title: 'Bundle size',
    text: 'bundle KB\ngetItem 97.6',
    charts: [
      { name: 'zips', title: 'Zips', unit: 'KB', bars: [{ label: 'getItem', value: 97.6, isOurs: true }] },
    ],
    headlines: [['zip of getItem to: Express', '0.22×']],
    budgets: [
      { name: 'zip of getItem', target: '≤ 110 KB', measured: '97.6 KB', met: true },
      { name: 'zip of getDocs', target: '≤ 110 KB', measured: '598.3 KB', met: false },
      { name: 'zip of other', target: '≤ 110 KB', measured: '111.0 KB', met: false },
    ],
    data: [],
  },
  session,
);
const files = reportFiles({ size }, { 'zip of getDocs': 'it carries the docs page' });
const lines = files['README.md']?.split('\n') ?? [];

describe('the report', () => {
  it('puts every target beside what was measured, with the reason for those that are not met', () => {
    expect(lines.filter((line) => line.startsWith('| zip of') && line.includes('KB'))).toEqual([
      '| zip of getItem | ≤ 110 KB | 97.6 KB | met |',
      '| zip of getDocs | ≤ 110 KB | 598.3 KB | **not met**: it carries the docs page |',
      '| zip of other | ≤ 110 KB | 111.0 KB | **not met**: no reason is known |',
    ]);
  });

  it('tells when, where and how each figure was measured, and shows its text and its charts', () => {
    const section = lines.slice(lines.indexOf('## Bundle size'));
    expect(section).toEqual([
      '## Bundle size',
      '',
      'Measured on 2026-11-23 at 08:15 UTC with Node v24.21.0 on linux x64, 2 cores, load 0.4 before,',
      'in short (`--quick`), 5 rounds, in 61 s. Versions: zod 4.6.7.',
      '',
      '![Zips](zips.svg)',
      '',
      '```text',
      'bundle KB',
      'getItem 97.6',
      '```',
      '',
    ]);
    expect(Object.keys(files)).toEqual(['README.md', 'zips.svg']);
  });

  it('puts the ratios between the marks of another page, in place of what was there', () => {
    const page = 'before\n<!-- figures of docs/performance -->\nold\n<!-- end of the figures -->\nafter\n';
    expect(withFigures(page, { size })).toBe(
      'before\n<!-- figures of docs/performance -->\n| | ratio |\n|---|---|\n| zip of getItem to: Express | 0.22× |\n' +
        '<!-- end of the figures -->\nafter\n',
    );
    expect(() => withFigures('no marks', { size })).toThrow('no place for it');
  });
});

describe('docs/performance and README.md', () => {
  const root = join(import.meta.dirname, '..');
  const made = Object.fromEntries(
    Object.entries(filesOfReport()).map(([file, text]) => [relative(root, file), text]),
  );

  it.each(Object.keys(made))(
    '%s is what figures.json makes (npm run bench -- --report writes it)',
    (file) => {
      expect(readFileSync(join(root, file), 'utf8')).toBe(made[file]);
    },
  );

  it('have no chart that is not made any more', () => {
    const folder = 'docs/performance';
    const charts = Object.keys(made)
      .filter((file) => dirname(file) === folder && file.endsWith('.svg'))
      .map((file) => basename(file));
    expect(globSync('*.svg', { cwd: join(root, folder) }).sort()).toEqual(charts.sort());
  });

  it('give a reason for every target that is not met, and for none that does not exist', () => {
    const budgets = Object.values(readFigures()).flatMap((figure) => figure.budgets);
    const unmet = budgets.filter(({ met }) => !met).map(({ name }) => name);
    expect(unmet.filter((name) => !(name in REASONS))).toEqual([]);
    const names = budgets.map(({ name }) => name);
    expect(Object.keys(REASONS).filter((name) => !names.includes(name))).toEqual([]);
  });
});
