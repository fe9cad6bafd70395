import { type Figure, kilobytes, table, times } from './report.ts';
import type { Subject } from './subjects.ts';

const MOST_BYTES = 110_000;
/** Packages that are named; the others are summed up. */
const NAMED = 5;

/** How large the bundles are, as they run and as they are uploaded, and which packages they are made of. */
export function bundleSize(subjects: readonly Subject[]): Figure {
  const baseline = subjects.find(({ kind }) => kind === 'baseline')?.bundle.zipBytes ?? Number.NaN;
  const rows = subjects.map(({ name, kind, service, bundle: { bytes, zipBytes, gzipBytes, packages } }) => ({
    name,
    kind,
    ...(service && { service }),
    bytes,
    zipBytes,
    ratio: zipBytes / baseline,
    gzipBytes,
    packages,
  }));
  const inItems = rows.filter(({ service }) => service === 'items');

  return {
    title: 'Bundle size',
    text: [
      table(
        ['bundle', 'KB', 'zip KB', '×client', 'gzip -9 KB', 'packages'],
        rows.map(({ name, bytes, zipBytes, ratio, gzipBytes, packages }) => [
          name,
          kilobytes(bytes),
          kilobytes(zipBytes),
          times(ratio),
          kilobytes(gzipBytes),
          String(Object.keys(packages).length),
        ]),
      ),
      'KB are 1,000 bytes, minified. The zip is what a deployment uploads, made by the same code.',
      '',
      ...rows.map(({ name, packages }) => `${name}: ${largest(packages)}`),
      `The ${NAMED} packages with most bytes in each bundle, in KB. \`npm run check:bundles\` holds the whole lists.`,
    ].join('\n'),
    charts: [
      {
        name: 'zips',
        title: 'Zip of each function, as it is uploaded',
        unit: 'KB',
        bars: rows
          .filter(({ kind }) => kind !== 'comparison')
          .map(({ name, kind, zipBytes }) => ({
            label: name,
            value: zipBytes / 1_000,
            isOurs: kind === 'function',
          })),
      },
    ],
    headlines: rows
      .filter(({ kind }) => kind === 'baseline' || kind === 'rival')
      .map(({ name, zipBytes }) => [
        `zip of getItem to: ${name}`,
        times((rows.find((row) => row.name === 'getItem')?.zipBytes ?? Number.NaN) / zipBytes),
      ]),
    budgets: inItems.map(({ name, zipBytes }) => ({
      name: `zip of ${name}`,
      target: `≤ ${MOST_BYTES / 1000} KB`,
      measured: `${kilobytes(zipBytes)} KB`,
      met: zipBytes <= MOST_BYTES,
    })),
    data: rows.map(({ packages, ...row }) => ({ ...row, packages: Object.keys(packages).length })),
  };
}

function largest(packages: Readonly<Record<string, number>>): string {
  const all = Object.entries(packages);
  if (all.length === 0) return 'no package';
  const rest = all.slice(NAMED).reduce((sum, [, bytes]) => sum + bytes, 0);
  const named = all.slice(0, NAMED).map(([name, bytes]) => `${name} ${kilobytes(bytes)}`);
  return [...named, ...(rest > 0 ? [`others ${kilobytes(rest)}`] : [])].join(', ');
}
