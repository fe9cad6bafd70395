import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import { marshall } from '@aws-sdk/util-dynamodb';
import { lamp } from '../services/items/test/lamp.ts';
import { httpEvent } from '../shared/testing/http-event.ts';
import { runChild } from './child.ts';
import { type Figure, fixed, spread, table, times } from './report.ts';
import type { Run } from './run.ts';
import { type Summary, summarize } from './statistics.ts';
import type { Subject } from './subjects.ts';

interface Start {
  readonly importMs: number;
  readonly cpuMs: number;
  readonly answerMs?: number;
  readonly processMs: number;
}

const event = JSON.stringify(
  httpEvent({
    routeKey: 'GET /items/{id}',
    rawPath: `/items/${lamp.id}`,
    pathParameters: { id: lamp.id },
  }),
);

/** Imports every bundle in new processes, one after the other, round after round. */
export async function coldStart(
  { rounds, folder, signal, progress }: Run,
  subjects: readonly Subject[],
): Promise<Figure> {
  const dynamodb = await standIn();
  const start = async ({ bundle, variables, readsItem }: Subject): Promise<Start> => {
    const env = {
      ...Object.fromEntries(variables.map((name) => [name, 'bench'])),
      AWS_ENDPOINT_URL: dynamodb.url,
      LAMBDA_TASK_ROOT: folder,
    };
    const before = performance.now();
    const measured = await runChild<Omit<Start, 'processMs'>>(
      'import-child.mjs',
      [pathToFileURL(bundle.file).href, ...(readsItem ? [event] : [])],
      { env, stdout: 'pipe', signal },
    );
    return { ...measured, processMs: performance.now() - before };
  };

  const starts = new Map<Subject, Start[]>(subjects.map((subject) => [subject, []]));
  try {
    // The first round only brings the files into the system's cache.
    for (let round = 0; round <= rounds; round++) {
      progress(`cold start: round ${round} of ${rounds}`);
      for (const [subject, measured] of starts) {
        const result = await start(subject);
        if (round > 0) measured.push(result);
      }
    }
  } finally {
    dynamodb.close();
  }
  return figure(rounds, starts);
}

/** Answers every GetItem with one item, so that a first answer does not depend on a database. */
async function standIn(): Promise<{ url: string; close: () => void }> {
  const server = createServer((request, response) => {
    request.resume().once('end', () => {
      response.setHeader('content-type', 'application/x-amz-json-1.0');
      response.end(JSON.stringify({ Item: marshall({ ...lamp, attributes: {} }) }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() };
}

interface Row {
  readonly name: string;
  readonly kind: Subject['kind'];
  readonly importMs: Summary;
  readonly ratio: number;
  readonly cpuMs: Summary;
  readonly cpuRatio: number;
  readonly processMs: Summary;
  readonly answerMs?: Summary;
}

function figure(rounds: number, starts: ReadonlyMap<Subject, readonly Start[]>): Figure {
  const baseline = [...starts].find(([{ kind }]) => kind === 'baseline')?.[1] ?? [];
  // Within a round, so that a machine that is busy for a while slows down both sides.
  const ratio = (measured: readonly Start[], value: (start: Start) => number) =>
    summarize(
      measured.flatMap((start, round) => {
        const beside = baseline[round];
        return beside ? value(start) / value(beside) : [];
      }),
    ).median;
  const rows: Row[] = [...starts].map(([{ name, kind }, measured]) => {
    const answers = measured.flatMap(({ answerMs }) => answerMs ?? []);
    return {
      name,
      kind,
      importMs: summarize(measured.map(({ importMs }) => importMs)),
      ratio: ratio(measured, ({ importMs }) => importMs),
      cpuMs: summarize(measured.map(({ cpuMs }) => cpuMs)),
      cpuRatio: ratio(measured, ({ cpuMs }) => cpuMs),
      processMs: summarize(measured.map(({ processMs }) => processMs)),
      ...(answers.length > 0 && { answerMs: summarize(answers) }),
    };
  });
  const functions = rows.filter(({ kind }) => kind === 'function');
  const slowest = functions.reduce((worst, row) => (row.ratio > worst.ratio ? row : worst));
  const measured = `${times(slowest.ratio)} (${slowest.name})`;

  return {
    title: 'Cold start',
    text: [
      table(
        ['bundle', 'import ms', 'p10–p90', 'ratio', 'CPU ms', 'ratio', 'whole process ms', 'first answer ms'],
        rows.map(({ name, importMs, ratio, cpuMs, cpuRatio, processMs, answerMs }) => [
          name,
          fixed(importMs.median, 1),
          spread(importMs, 1),
          times(ratio),
          fixed(cpuMs.median, 1),
          times(cpuRatio),
          fixed(processMs.median, 0),
          answerMs ? fixed(answerMs.median, 1) : '',
        ]),
      ),
      `Medians of ${rounds} interleaved rounds of new processes. Import: the time around await import(bundle); CPU: what the`,
      'process used of both cores meanwhile, which other work on the machine hardly changes.',
      'Ratios are to the default document client in the same round, whose bundle has the same options as ours except those',
      'that cut something out of the SDK. "Bundled as ours" has them all.',
      'First answer: GET /items/{id} right after the import, from a stand-in for DynamoDB over plain HTTP.',
    ].join('\n'),
    budgets: [
      {
        name: 'slowest import of an items function',
        target: '≤ 0.75×',
        measured,
        met: slowest.ratio <= 0.75,
      },
      { name: 'the same, on the way to', target: '≤ 0.50×', measured, met: slowest.ratio <= 0.5 },
    ],
    data: rows,
  };
}
