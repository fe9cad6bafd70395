import type { StateStatus } from './run.ts';

/** How the status of a state is shown other than by colour. */
export const MARKS: Readonly<Record<StateStatus, { readonly mark: string; readonly word: string }>> = {
  running: { mark: '●', word: 'running' },
  retrying: { mark: '↻', word: 'to be tried again' },
  succeeded: { mark: '✓', word: 'succeeded' },
  caught: { mark: '↷', word: 'failed and caught' },
  failed: { mark: '✕', word: 'failed' },
  cancelled: { mark: '–', word: 'cancelled' },
};
