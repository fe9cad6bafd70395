import { table as alignedTable } from '../../bench/report.ts';

export interface Table {
  readonly caption?: string;
  readonly titles: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface Bar {
  readonly name: string;
  readonly value: number;
}

export interface Section {
  readonly title: string;
  readonly text: string;
  readonly tables: readonly Table[];
  /** A picture beside the page, and the values that it shows. */
  readonly chart?: { readonly file: string; readonly bars: readonly Bar[] };
}

/** A Markdown page. */
export function asMarkdown(title: string, intro: string, sections: readonly Section[]): string {
  const blocks = sections.flatMap((section) => [
    `## ${section.title}`,
    ...(section.text ? [section.text] : []),
    ...(section.chart ? [`![${section.title}](${section.chart.file})`] : []),
    ...section.tables.flatMap(({ caption, titles, rows }) => [
      ...(caption ? [`### ${caption}`] : []),
      [titles, titles.map((_, column) => (isNumeric(rows, column) ? '--:' : '---')), ...rows]
        .map((cells) => `| ${cells.join(' | ')} |`)
        .join('\n'),
    ]),
  ]);
  return `${[`# ${title}`, intro, ...blocks].join('\n\n')}\n`;
}

const isNumeric = (rows: Table['rows'], column: number) =>
  rows.every((cells) => /^[\d.,–]*$/.test(cells[column] ?? ''));

const WIDEST_BAR = 40;

/** The same for a terminal. */
export function asText(sections: readonly Section[]): string {
  return sections
    .flatMap(({ title, text, tables, chart }) => [
      title.toUpperCase(),
      ...(text ? [text] : []),
      ...(chart ? [barsOf(chart.bars)] : []),
      ...tables.map(({ caption, titles, rows }) =>
        [...(caption ? [caption] : []), alignedTable(titles, rows)].join('\n'),
      ),
    ])
    .join('\n\n');
}

function barsOf(bars: readonly Bar[]): string {
  const most = Math.max(...bars.map(({ value }) => value));
  const width = Math.max(...bars.map(({ name }) => name.length));
  return bars
    .map(({ name, value }) => {
      const bar = '█'.repeat(Math.round((value / most) * WIDEST_BAR)) || '▏';
      return `${name.padEnd(width)}  ${bar} ${value.toFixed(2)}`;
    })
    .join('\n');
}

const BAR = { left: 190, widest: 420, height: 20, step: 28, top: 44 } as const;

/** An SVG with a bar for each value, readable on light and dark pages. */
export function barChart(title: string, bars: readonly Bar[]): string {
  const most = Math.max(...bars.map(({ value }) => value));
  const height = BAR.top + bars.length * BAR.step + 8;
  const lines = bars.flatMap(({ name, value }, index) => {
    const y = BAR.top + index * BAR.step;
    const width = Math.max(1, Math.round((value / most) * BAR.widest));
    const text = y + 15;
    return [
      `  <text x="${BAR.left - 10}" y="${text}" text-anchor="end">${name}</text>`,
      `  <rect x="${BAR.left}" y="${y}" width="${width}" height="${BAR.height}" fill="#2f6fad"/>`,
      `  <text x="${BAR.left + width + 8}" y="${text}">$${value.toFixed(2)}</text>`,
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 ${height}" font-family="sans-serif" font-size="14" fill="#1b1f24">`,
    `  <title>${title}</title>`,
    `  <rect width="720" height="${height}" fill="#ffffff"/>`,
    `  <text x="12" y="26" font-weight="bold">${title}</text>`,
    ...lines,
    '</svg>',
    '',
  ].join('\n');
}
