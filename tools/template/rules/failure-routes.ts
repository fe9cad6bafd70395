import { isRecord } from '../../../offline/cloudformation/template.ts';
import { idOf, type Template } from '../template.ts';

/** Where a queue stands that takes what failed elsewhere. */
const ROUTES = ['deadLetterTargetArn', 'DeadLetterConfig', 'OnFailure'];

export interface FailureRoute {
  /** Logical ids of what fails, and of the queue that takes it. */
  readonly from: string;
  readonly to: string;
}

/** Every way that failures take in the template. */
export function failureRoutes({ Resources }: Template): FailureRoute[] {
  return Object.entries(Resources).flatMap(([from, { Properties }]) =>
    destinationsIn(Properties).map((to) => ({ from, to })),
  );
}

/** Logical ids of the queues that take what failed elsewhere. */
export const failureQueues = (template: Template): Set<string> =>
  new Set(failureRoutes(template).map(({ to }) => to));

function destinationsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(destinationsIn);
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (!ROUTES.includes(key)) return destinationsIn(inner);
    return idOf(inner) ?? [];
  });
}
