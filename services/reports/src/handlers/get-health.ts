import type { ReportResponse } from './route.ts';

/** That the process answers: a new one would not reach a database either that is away. */
export const respondWith = () => async (): Promise<ReportResponse> => ({
  status: 200,
  json: { status: 'up' },
});
