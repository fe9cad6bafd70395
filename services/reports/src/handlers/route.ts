import type { HttpContract } from '../../../../shared/middleware/validate.ts';

/** A request that has the shape of its route's contract. */
export interface ReportRequest<Path = undefined, Query = undefined> {
  readonly path: Path;
  readonly query: Query;
}

/** A status and a JSON body, in which a bigint is a number with all of its digits. */
export interface ReportResponse {
  readonly status: number;
  readonly json: object;
}

/** A route of the reports, for GET. One without a scope is open to everybody. */
export interface Route {
  /** Parameters as in `/orders/:id`. */
  readonly path: string;
  readonly scope?: string;
  readonly contract: HttpContract<unknown, unknown, unknown>;
  readonly respond: (request: ReportRequest<unknown, unknown>) => Promise<ReportResponse>;
}

/** A route whose `respond` gets what its contract lets through. */
export function route<Path, Query>(
  where: Pick<Route, 'path' | 'scope'>,
  contract: HttpContract<Path, Query>,
  respond: (request: ReportRequest<Path, Query>) => Promise<ReportResponse>,
): Route {
  return { ...where, contract, respond: respond as Route['respond'] };
}
