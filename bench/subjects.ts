import { join } from 'node:path';
import { declaredServices } from '../tools/declared-services.ts';
import { type Bundle, bundle, root } from './bundles.ts';
import type { Run } from './run.ts';

/** A bundle that is measured, and under which name. */
export interface Subject {
  readonly name: string;
  readonly kind: 'baseline' | 'comparison' | 'function';
  readonly bundle: Bundle;
  /** Names of the environment variables that it wants. */
  readonly variables: readonly string[];
  /** Answers `GET /items/{id}` from DynamoDB. */
  readonly readsItem: boolean;
}

const SUBJECTS = join('bench', 'subjects');
const variables = ['ITEMS_TABLE'];

/** Bundles whatever is measured: the functions of services/items as they are deployed, and what they stand beside. */
export async function bundleSubjects({ folder, progress }: Run): Promise<Subject[]> {
  progress('bundling');
  const make = async (
    name: string,
    kind: Subject['kind'],
    entry: string,
    options: { trimmed?: boolean; readsItem?: boolean; variables?: readonly string[] } = {},
  ): Promise<Subject> => {
    const file = name.replaceAll(/\W+/g, '-');
    const made = await bundle(entry, { folder, name: file, trimmed: options.trimmed ?? true });
    return {
      name,
      kind,
      bundle: made,
      variables: options.variables ?? [],
      readsItem: options.readsItem ?? false,
    };
  };

  const documentClient = join(SUBJECTS, 'document-client.ts');
  const express = join(SUBJECTS, 'express-get-item.ts');
  const reader = { readsItem: true, variables };
  const items = declaredServices(root).find(({ name }) => name === 'items');
  return Promise.all([
    make('empty handler', 'comparison', join(SUBJECTS, 'empty.ts')),
    make('middy with five middlewares', 'comparison', join(SUBJECTS, 'middy.ts')),
    make('default document client', 'baseline', documentClient, { trimmed: false, ...reader }),
    make('document client, bundled as ours', 'comparison', documentClient, reader),
    make('Express, as getItem', 'comparison', express, { trimmed: false, ...reader }),
    make('Express, bundled as ours', 'comparison', express, reader),
    ...Object.entries(items?.functions ?? {}).map(([key, { handler, environment = {} }]) =>
      make(key, 'function', join('services', 'items', handler.replace(/\.handler$/, '.ts')), {
        readsItem: key === 'getItem',
        variables: Object.keys(environment),
      }),
    ),
  ]);
}
