import { describe, expect, it } from '@jest/globals';
import { budgetTable, kilobytes, spread, table, times } from './report.ts';

describe('a table', () => {
  it('puts the first column to the left and numbers to the right', () => {
    const lines = table(
      ['what', 'ms'],
      [
        ['short', '1.5'],
        ['much longer', '120.0'],
      ],
    );
    expect(lines.split('\n')).toEqual([
      'what             ms',
      '───────────   ─────',
      'short           1.5',
      'much longer   120.0',
    ]);
  });

  it('has empty cells where a row has none', () => {
    expect(
      table(['a', 'b', 'c'], [['1', '', '3'], ['1']])
        .split('\n')
        .slice(2),
    ).toEqual(['1       3', '1']);
  });

  it('aligns coloured cells by what is seen of them', () => {
    const red = '\u001b[31mno\u001b[39m';
    expect(
      table(['name', 'b'], [[red, '1']])
        .split('\n')
        .at(-1),
    ).toBe(`${red}     1`);
  });
});

describe('budgets', () => {
  it('stand beside what was measured, without colours when nobody looks', () => {
    const text = budgetTable([
      { name: 'size', target: '≤ 110 KB', measured: '98.4 KB', met: true },
      { name: 'ratio', target: '≤ 0.75×', measured: '0.81×', met: false },
    ]);
    expect(text.split('\n')).toEqual([
      'budget     target   measured',
      '──────   ────────   ────────   ──────',
      'size     ≤ 110 KB    98.4 KB      met',
      'ratio     ≤ 0.75×      0.81×   missed',
    ]);
  });
});

describe('a figure', () => {
  it('is written with its unit', () => {
    expect(times(0.7512)).toBe('0.75×');
    expect(kilobytes(111_349)).toBe('111.3');
    expect(spread({ median: 5, p10: 4.25, p90: 6.5 }, 1)).toBe('4.3–6.5');
  });
});
