import type { components } from './schema.ts';

/** The problem document (RFC 9457) of an answer. */
export type Problem = components['schemas']['Problem'];

interface Details {
  readonly code: string;
  readonly status?: number;
  readonly requestId?: string | undefined;
  readonly problem?: Problem | undefined;
  readonly retryAfterSeconds?: number | undefined;
}

/** The API refused a request, or gave no answer to it. */
export class ShopError extends Error {
  override readonly name = 'ShopError';
  /**
   * What `type` of the problem document ends with, such as `not-found`; `http-` and the status, such as `http-401`, of a
   * gateway, which sends no such document; `no-answer` when there was none, and `cause` says why.
   */
  readonly code: string;
  /** Undefined when there was no answer. */
  readonly status: number | undefined;
  /** What to quote to those who run the API. */
  readonly requestId: string | undefined;
  readonly problem: Problem | undefined;
  /** After how long the same request may succeed, if the API says so. */
  readonly retryAfterSeconds: number | undefined;

  constructor(message: string, details: Details, options?: ErrorOptions) {
    super(message, options);
    this.code = details.code;
    this.status = details.status;
    this.requestId = details.requestId;
    this.problem = details.problem;
    this.retryAfterSeconds = details.retryAfterSeconds;
  }
}

/** What to throw for an answer of 400 and above; reads its body. */
export async function refusalOf(request: Request, response: Response): Promise<ShopError> {
  const { status, headers } = response;
  const problem = headers.get('content-type')?.startsWith('application/problem+json')
    ? ((await response.json()) as Problem)
    : undefined;
  const reason = problem?.detail ?? problem?.title;
  // Seconds, as the API gives them; a date is none of its own.
  const retryAfter = headers.get('retry-after');
  return new ShopError(`${nameOf(request)} answers ${status}${reason ? `: ${reason}` : ''}`, {
    code: problem?.type.split(':').at(-1) ?? `http-${status}`,
    status,
    requestId: problem?.requestId ?? headers.get('apigw-requestid') ?? undefined,
    problem,
    retryAfterSeconds: retryAfter && /^\d+$/.test(retryAfter) ? Number(retryAfter) : undefined,
  });
}

/** What to throw when there is no answer. */
export const silence = (request: Request, cause: unknown): ShopError =>
  new ShopError(`${nameOf(request)} gets no answer`, { code: 'no-answer' }, { cause });

/** Without the query, which may say whom or what was asked for. */
const nameOf = ({ method, url }: Request) => `${method} ${new URL(url).pathname}`;
