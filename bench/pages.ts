import { withMadePart } from '../tools/made-part.ts';
import { chartSvg } from './chart.ts';
import type { Budget, Chart, Figure } from './report.ts';

/** When and where a figure was measured. */
export interface Session {
  readonly date: string;
  /** The load of the machine in the minute before, in processes that want a core. */
  readonly load: number;
  readonly quick: boolean;
  readonly rounds: number;
  /** How long the part took; the bundling counts for the part that came first. */
  readonly seconds: number;
  readonly node: string;
  readonly machine: string;
  /** Of the packages that are measured, by their names. */
  readonly versions: Readonly<Record<string, string>>;
}

/** A figure as figures.json keeps it. */
export interface RecordedFigure extends Omit<Figure, 'text' | 'charts' | 'headlines'> {
  readonly text: readonly string[];
  readonly charts: readonly Chart[];
  readonly headlines: readonly Headline[];
  readonly session: Session;
}

type Headline = readonly [what: string, ratio: string];
export type Recorded = Readonly<Record<string, RecordedFigure>>;

export const recorded = ({ text, charts = [], headlines = [], ...figure }: Figure, session: Session) => ({
  ...figure,
  text: text.split('\n'),
  charts,
  headlines,
  session,
});

/** The page and its charts, by file name; `reasons` says of a budget that is not met why. */
export function reportFiles(
  figures: Recorded,
  reasons: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const charts = Object.values(figures).flatMap(({ charts }) => charts);
  return {
    'README.md': page(figures, reasons),
    ...Object.fromEntries(charts.map((chart) => [`${chart.name}.svg`, chartSvg(chart)])),
  };
}

function page(figures: Recorded, reasons: Readonly<Record<string, string>>): string {
  const all = Object.values(figures);
  return [
    '# Performance',
    '',
    'Made from `figures.json` by `npm run bench`, which measures everything again and takes a while. `npm run bench -- --quick`',
    'only prints; `-- --only NAMES --write` renews a part; `-- --report` makes this page anew and measures nothing.',
    '',
    'Ratios tell more than times: both sides of one were measured in turns, on the same machine.',
    '',
    ...headlineTable(all),
    '',
    '## Targets',
    '',
    '| target | wanted | measured | |',
    '|---|---|---|---|',
    ...all.flatMap(({ budgets }) => budgets.map((budget) => targetRow(budget, reasons))),
    '',
    ...all.flatMap((figure) => [...section(figure), '']),
  ].join('\n');
}

function targetRow(
  { name, target, measured, met }: Budget,
  reasons: Readonly<Record<string, string>>,
): string {
  const verdict = met ? 'met' : `**not met**: ${reasons[name] ?? 'no reason is known'}`;
  return `| ${name} | ${target} | ${measured} | ${verdict} |`;
}

function section({ title, charts, text, session }: RecordedFigure): string[] {
  return [
    `## ${title}`,
    '',
    sessionLine(session),
    '',
    ...charts.flatMap(({ name, title }) => [`![${title}](${name}.svg)`, '']),
    '```text',
    ...text,
    '```',
  ];
}

function sessionLine({ date, node, machine, load, quick, rounds, seconds, versions }: Session): string {
  const packages = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [
    `Measured on ${date.slice(0, 10)} at ${date.slice(11, 16)} UTC with Node ${node} on ${machine}, load ${load.toFixed(1)} before,`,
    `${quick ? 'in short (`--quick`), ' : ''}${rounds} rounds, in ${seconds.toFixed(0)} s. Versions: ${packages.join(', ')}.`,
  ].join('\n');
}

function headlineTable(figures: readonly RecordedFigure[]): string[] {
  const rows = figures.flatMap(({ headlines }) => headlines.map(([what, ratio]) => `| ${what} | ${ratio} |`));
  return ['| | ratio |', '|---|---|', ...rows];
}

const MARKS = { begin: '<!-- figures of docs/performance -->', end: '<!-- end of the figures -->' };

/** The text with the ratios between its two marks as they are now. @throws when it has no marks */
export function withFigures(text: string, figures: Recorded): string {
  return withMadePart(text, MARKS, headlineTable(Object.values(figures)));
}
