import type { Signal } from '@preact/signals';

/** What went wrong with an action, said at once also to who does not see it. */
export function Problem({ text }: { readonly text: Signal<string> }) {
  return (
    <p class="problem" role="alert">
      {text.value}
    </p>
  );
}
