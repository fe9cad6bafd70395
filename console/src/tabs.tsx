import { useSignal } from '@preact/signals';
import type { ComponentChild } from 'preact';

export interface Tab {
  readonly id: string;
  readonly title: string;
  /** Shown beside the title unless it is 0. */
  readonly count?: number;
  readonly panel: () => ComponentChild;
}

const STEPS: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowLeft: -1 };

/** https://www.w3.org/WAI/ARIA/apg/patterns/tabs/ */
export function Tabs({ label, tabs }: { readonly label: string; readonly tabs: readonly Tab[] }) {
  const selected = useSignal(0);
  const current = tabs[selected.value];
  const move = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    selected.value = (selected.value + step + tabs.length) % tabs.length;
    document.getElementById(`tab-${tabs[selected.value]?.id}`)?.focus();
  };
  return (
    <section class="card" aria-label={label}>
      <div class="tabs" role="tablist" aria-label={label}>
        {tabs.map(({ id, title, count = 0 }, index) => (
          <button
            key={id}
            type="button"
            role="tab"
            id={`tab-${id}`}
            aria-selected={index === selected.value}
            aria-controls="panel"
            tabIndex={index === selected.value ? 0 : -1}
            onKeyDown={move}
            onClick={() => {
              selected.value = index;
            }}
          >
            {title}
            {count > 0 && <span class="count">{count}</span>}
          </button>
        ))}
      </div>
      <div id="panel" class="panel" role="tabpanel" aria-labelledby={`tab-${current?.id}`}>
        {current?.panel()}
      </div>
    </section>
  );
}
