import { type Figure, kilobytes, table, times } from './report.ts';
import type { Subject } from './subjects.ts';

const MOST_BYTES = 110_000;

/** How large the bundles are, as they run and as they are uploaded. */
export function bundleSize(subjects: readonly Subject[]): Figure {
  const baseline = subjects.find(({ kind }) => kind === 'baseline')?.bundle.zipBytes ?? Number.NaN;
  const rows = subjects.map(({ name, kind, bundle: { bytes, zipBytes, gzipBytes } }) => ({
    name,
    kind,
    bytes,
    zipBytes,
    ratio: zipBytes / baseline,
    gzipBytes,
  }));

  return {
    title: 'Bundle size',
    text: [
      table(
        ['bundle', 'KB', 'zip KB', 'ratio', 'gzip -9 KB'],
        rows.map(({ name, bytes, zipBytes, ratio, gzipBytes }) => [
          name,
          kilobytes(bytes),
          kilobytes(zipBytes),
          times(ratio),
          kilobytes(gzipBytes),
        ]),
      ),
      'KB are 1,000 bytes. The zip is what a deployment uploads, made by the same code.',
    ].join('\n'),
    budgets: rows
      .filter(({ kind }) => kind === 'function')
      .map(({ name, zipBytes }) => ({
        name: `zip of ${name}`,
        target: `≤ ${MOST_BYTES / 1000} KB`,
        measured: `${kilobytes(zipBytes)} KB`,
        met: zipBytes <= MOST_BYTES,
      })),
    data: rows,
  };
}
