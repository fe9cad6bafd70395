import { type Signal, useSignal } from '@preact/signals';
import type { Model } from './model.ts';

/** Something that is done by a button: whether it is under way, and what it said at last. */
export interface Action {
  readonly isBusy: Signal<boolean>;
  readonly problem: Signal<string>;
  /** Does the work unless it is under way; what it answers is announced, and so is what it throws. */
  run(work: () => Promise<string>): Promise<void>;
}

export function useAction({ announce }: Model): Action {
  const isBusy = useSignal(false);
  const problem = useSignal('');
  return {
    isBusy,
    problem,
    async run(work) {
      if (isBusy.value) return;
      isBusy.value = true;
      problem.value = '';
      try {
        announce(await work());
      } catch (error) {
        problem.value = error instanceof Error ? error.message : String(error);
      } finally {
        isBusy.value = false;
      }
    },
  };
}
