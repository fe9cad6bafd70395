import { readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { sourceOf } from '../tools/bundles/build.ts';
import { type DeclaredFunction, declaredServices } from '../tools/declared-services.ts';
import { type Bundle, bundles, root } from './bundles.ts';
import type { Run } from './run.ts';

/** A bundle that is measured, and under which name. */
export interface Subject {
  readonly name: string;
  /** `baseline` is what ratios are to, `rival` does the work of getItem by a framework, `function` is one of ours. */
  readonly kind: 'baseline' | 'rival' | 'comparison' | 'function';
  /** The service that a function belongs to. */
  readonly service?: string;
  readonly bundle: Bundle;
  /** As it is declared: names of variables with their values, which are tables or something else. */
  readonly environment: Readonly<Record<string, unknown>>;
  /** A request that needs nothing but DynamoDB, as JSON; other functions are only imported. */
  readonly request?: string;
}

type Measured = Omit<Subject, 'bundle'> & { readonly entry: string };

const SUBJECTS = join('bench', 'subjects');
const ITEM_REQUEST = join('services', 'items', 'events', 'get-item.json');

/** What functions stand beside. */
const UNTRIMMED: readonly (readonly [string, Subject['kind'], string])[] = [
  ['default document client', 'baseline', 'document-client.ts'],
  ['Express, as getItem', 'rival', 'express-get-item.ts'],
  ['Hono, as getItem', 'rival', 'hono-get-item.ts'],
  ['Powertools event handler, as getItem', 'rival', 'powertools-get-item.ts'],
];

/** Bundles whatever is measured: all functions as they are deployed, and what they stand beside. */
export async function bundleSubjects({ folder, progress }: Run): Promise<Subject[]> {
  progress('bundling');
  const readsItem = {
    environment: { ITEMS_TABLE: { Ref: 'ItemsTable' } },
    request: readFileSync(join(root, ITEM_REQUEST), 'utf8'),
  };
  const untrimmed = UNTRIMMED.map(([name, kind, file]) => ({
    name,
    kind,
    entry: join(SUBJECTS, file),
    ...readsItem,
  }));
  const trimmed: Measured[] = [
    { name: 'empty handler', kind: 'comparison', entry: join(SUBJECTS, 'empty.ts'), environment: {} },
    {
      name: 'middy with five middlewares',
      kind: 'comparison',
      entry: join(SUBJECTS, 'middy.ts'),
      environment: {},
    },
    ...untrimmed.map((subject) => ({
      ...subject,
      name: `${subject.name.replace(/^default |, as getItem$/g, '')}, bundled as ours`,
      kind: 'comparison' as const,
    })),
    ...declaredServices(root).flatMap(({ name, folder: service, functions }) =>
      Object.entries(functions).map(([key, declared]) => measuredFunction(key, name, service, declared)),
    ),
  ];
  return [
    ...(await bundled(untrimmed, { folder: join(folder, 'untrimmed'), untrimmed: true })),
    ...(await bundled(trimmed, { folder: join(folder, 'trimmed') })),
  ];
}

function measuredFunction(
  name: string,
  service: string,
  folder: string,
  { handler, environment = {}, events = [] }: DeclaredFunction,
): Measured {
  const sample = join(folder, 'events', `${basename(handler, '.handler')}.json`);
  const needsOnlyTables = Object.values(environment).every((value) => tableOf(value) !== undefined);
  return {
    name,
    kind: 'function',
    service,
    entry: relative(root, join(folder, sourceOf(handler))),
    environment,
    ...(events.some(({ httpApi }) => httpApi) &&
      needsOnlyTables && { request: readFileSync(sample, 'utf8') }),
  };
}

/** The logical id of the table that a variable names; nothing for other values. */
export function tableOf(value: unknown): string | undefined {
  const { Ref } = (value ?? {}) as { readonly Ref?: string };
  return Ref?.endsWith('Table') ? Ref : undefined;
}

async function bundled(
  subjects: readonly Measured[],
  options: { folder: string; untrimmed?: boolean },
): Promise<Subject[]> {
  const made = await bundles(
    subjects.map(({ entry }) => entry),
    options,
  );
  return subjects.flatMap(({ entry, ...subject }) => {
    const bundle = made.get(entry);
    return bundle ? [{ ...subject, bundle }] : [];
  });
}
