import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { documents } from './cost.ts';

const root = join(import.meta.dirname, '..');
const textOf = (file: string) => readFileSync(join(root, file), 'utf8');
const page = textOf('docs/cost/README.md');

/** Decimal text as a whole number of 10⁻¹², so that nothing is rounded on the way. */
function exact(text: string): bigint {
  const [whole = '', fraction = ''] = text.replaceAll(',', '').split('.');
  return BigInt(whole + fraction.padEnd(12, '0'));
}
const ONE = 10n ** 12n;
const HALF_A_CENT = ONE / 200n;
const distance = (a: bigint, b: bigint) => (a > b ? a - b : b - a);

interface PrintedTable {
  readonly section: string;
  readonly caption: string;
  readonly rows: readonly Readonly<Record<string, string>>[];
}

/** Every table of the page, under its headings; of two columns with one title the later counts. */
function tablesIn(markdown: string): PrintedTable[] {
  let section = '';
  let caption = '';
  let titles: readonly string[] | undefined;
  const tables: { section: string; caption: string; rows: Record<string, string>[] }[] = [];
  for (const line of markdown.split('\n')) {
    if (line.startsWith('## ')) [section, caption] = [line.slice(3), ''];
    if (line.startsWith('### ')) caption = line.slice(4);
    if (!line.startsWith('|')) {
      titles = undefined;
      continue;
    }
    const cells = line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
    if (!titles) {
      titles = cells;
      tables.push({ section, caption, rows: [] });
    } else if (!/^-+:?$/.test(cells[0] ?? '')) {
      const named = titles.map((title, index) => [title, cells[index] ?? '']);
      tables.at(-1)?.rows.push(Object.fromEntries(named));
    }
  }
  return tables;
}

const tables = tablesIn(page);
const priced = tables.filter(({ rows }) => rows.some((row) => 'quantity' in row));
const of = (section: string) => tables.filter((table) => table.section === section);

describe('the cost report', () => {
  it('is what npm run cost -- --write makes of the committed figures', () => {
    const made = documents();
    expect(Object.keys(made)).toEqual(['docs/cost/README.md', 'docs/cost/orders.svg', 'README.md']);
    for (const [file, text] of Object.entries(made)) expect(textOf(file)).toBe(text);
  });

  it.each(priced)('can be calculated by hand: $section, $caption', ({ rows }) => {
    let sum = 0n;
    for (const { what, quantity = '', '$ a unit': price = '', $: amount = '' } of rows) {
      if (what === 'together') {
        expect(exact(amount)).toBe(sum);
        sum = 0n;
        continue;
      }
      const product = (exact(quantity) * exact(price)) / ONE;
      expect(distance(product, exact(amount))).toBeLessThanOrEqual(HALF_A_CENT);
      sum += exact(amount);
    }
  });

  it('has the GB-seconds of each action from the table of its functions', () => {
    const compute = of('What use costs').map(({ caption, rows }) => ({
      name: caption.replace(/^1,000,000 /, ''),
      gbSeconds: exact(rows.find(({ what }) => what === 'Lambda compute')?.quantity ?? ''),
    }));
    expect(compute).toHaveLength(5);
    for (const { name, gbSeconds } of compute) {
      const functions = of('What Lambda computes for one of each').find(({ caption }) => caption === name);
      const each = functions?.rows.map(
        ({ runs = '', ms = '', MB = '' }) => exact(runs) * BigInt(ms) * BigInt(MB) * 1_000_000n,
      );
      const together = (each ?? []).reduce((sum, value) => sum + value, 0n) / (1_000n * 1_024n);
      expect(distance(together, gbSeconds)).toBeLessThanOrEqual(ONE / 2n);
    }
  });

  it('has the cheapest memory of each function from its milliseconds', () => {
    const [tuned] = of('The cheapest safe memory of each function');
    const price = tables.flatMap(({ rows }) => rows).find((row) => row.price === '`lambda.arm64`')?.$;
    expect(tuned?.rows.length).toBeGreaterThan(10);
    for (const { 'cheapest MB': memory = '', ms = '', '$ for 1,000,000 runs': amount = '' } of tuned?.rows ??
      []) {
      const gbSeconds = (1_000_000n * BigInt(ms) * BigInt(memory) * ONE) / (1_000n * 1_024n);
      const product = (gbSeconds * exact(price ?? '')) / ONE;
      // GB-seconds are rounded to whole ones before.
      expect(distance(product, exact(amount))).toBeLessThanOrEqual(HALF_A_CENT + ONE / 100_000n);
    }
  });

  it('has the prices of the price file, each from AWS', () => {
    const { prices } = JSON.parse(textOf('tools/cost/prices.json'));
    const rows = tables.flatMap(({ rows }) => rows).filter((row) => 'source' in row);
    expect(rows.map(({ price }) => price)).toEqual(Object.keys(prices).map((key) => `\`${key}\``));
    for (const { price = '', unit, $ } of rows) {
      const { usd, source, unit: declared } = prices[price.replaceAll('`', '')];
      expect({ unit, $ }).toEqual({ unit: declared, $: usd['eu-west-1'] });
      expect(Object.keys(usd)).toEqual(['eu-west-1', 'us-east-1']);
      expect(source).toMatch(/^https:\/\/(aws|pricing\.us-east-1)\.amazon(aws)?\.com\//);
    }
  });

  it('agrees with what the guide to deployment says of a month', () => {
    const months = of('A month of a stage that nobody uses').map(
      ({ caption, rows }) => `| ${caption} | $${rows.at(-1)?.$} |`,
    );
    expect(months).toHaveLength(4);
    for (const month of months) expect(textOf('docs/deploy.md')).toContain(month);
  });
});
