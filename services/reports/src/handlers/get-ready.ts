import type { Readiness } from '../domain/readiness.ts';
import type { ReportResponse } from './route.ts';

interface Dependencies {
  readonly readiness: () => Promise<Readiness>;
}

export const respondWith =
  ({ readiness }: Dependencies) =>
  async (): Promise<ReportResponse> => {
    const { isReady, ...parts } = await readiness();
    return { status: isReady ? 200 : 503, json: { status: isReady ? 'ready' : 'not ready', ...parts } };
  };
