import { stripVTControlCharacters, styleText } from 'node:util';
import type { Summary } from './statistics.ts';

/** One target, beside what was measured. */
export interface Budget {
  readonly name: string;
  readonly target: string;
  readonly measured: string;
  readonly met: boolean;
}

export interface Bar {
  readonly label: string;
  readonly value: number;
  readonly isOurs: boolean;
}

/** Bars beside one another, drawn in the report. */
export interface Chart {
  /** Of its file. */
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  readonly bars: readonly Bar[];
}

/** What one part of the benchmark found: text for the terminal, the same figures as data. */
export interface Figure {
  readonly title: string;
  readonly text: string;
  readonly charts?: readonly Chart[];
  /** The ratios that sum it up: what, and how many times of what it stands beside. */
  readonly headlines?: readonly (readonly [what: string, ratio: string])[];
  readonly budgets: readonly Budget[];
  readonly data: unknown;
}

const widthOf = (text: string) => stripVTControlCharacters(text).length;

/** Lines of aligned columns: the first to the left, the others to the right. */
export function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = titles.map((title, column) =>
    Math.max(widthOf(title), ...rows.map((row) => widthOf(row[column] ?? ''))),
  );
  const line = (cells: readonly string[]) =>
    widths
      .map((width, column) => {
        const cell = cells[column] ?? '';
        const padding = ' '.repeat(width - widthOf(cell));
        return column === 0 ? cell + padding : padding + cell;
      })
      .join('   ')
      .trimEnd();
  return [line(titles), widths.map((width) => '─'.repeat(width)).join('   '), ...rows.map(line)].join('\n');
}

export function budgetTable(budgets: readonly Budget[]): string {
  return table(
    ['budget', 'target', 'measured', ''],
    budgets.map(({ name, target, measured, met }) => [
      name,
      target,
      measured,
      // Coloured only where the output is a terminal that wants it.
      met ? styleText('green', 'met') : styleText('red', 'missed'),
    ]),
  );
}

export const fixed = (value: number, digits: number) => value.toFixed(digits);
export const times = (ratio: number) => `${ratio.toFixed(2)}×`;
/** 1 KB is 1,000 bytes here. */
export const kilobytes = (bytes: number) => (bytes / 1000).toFixed(1);
export const spread = ({ p10, p90 }: Summary, digits: number) =>
  `${fixed(p10, digits)}–${fixed(p90, digits)}`;
