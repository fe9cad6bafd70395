import type { Model } from './model.ts';
import { OrderDetails } from './order-details.tsx';
import { OrderList } from './order-list.tsx';
import { EventsPanel } from './panels/events.tsx';
import { FaultsPanel } from './panels/faults.tsx';
import { FunctionsPanel } from './panels/functions.tsx';
import { QueuesPanel } from './panels/queues.tsx';
import { PlaceOrder } from './place-order.tsx';
import { isDeadLetterQueue } from './state.ts';
import { Tabs } from './tabs.tsx';
import { ThemeSwitch } from './theme.tsx';
import { WorkflowView } from './workflow/view.tsx';

export function Page({ model }: { readonly model: Model }) {
  return (
    <>
      <Header model={model} />
      <main id="content" tabIndex={-1}>
        <div class="columns">
          <div class="column">
            <PlaceOrder model={model} />
            <OrderList model={model} />
          </div>
          <div class="column">
            <WorkflowView model={model} />
          </div>
          <div class="column">
            <OrderDetails model={model} />
          </div>
        </div>
        <Underneath model={model} />
      </main>
      <p class="unseen" role="status" aria-live="polite">
        {model.announced.value}
      </p>
    </>
  );
}

function Header({ model }: { readonly model: Model }) {
  const { inFlight, pending } = model.state.value.load;
  return (
    <header class="top">
      <h1>
        serverless-shop <span class="quiet">local cloud</span>
      </h1>
      <p class="load quiet">
        {inFlight} running · {pending} waiting
      </p>
      <Connection isConnected={model.isConnected.value} />
      <ThemeSwitch />
    </header>
  );
}

function Connection({ isConnected }: { readonly isConnected: boolean | undefined }) {
  if (isConnected === undefined) return <p class="badge quiet">Loading …</p>;
  if (isConnected) {
    return (
      <p class="badge good">
        <span aria-hidden="true">●</span> Live
      </p>
    );
  }
  return (
    <p class="badge bad" role="alert">
      <span aria-hidden="true">○</span> Not connected
    </p>
  );
}

function Underneath({ model }: { readonly model: Model }) {
  const { queues, faults } = model.state.value;
  const dead = queues
    .filter((queue) => isDeadLetterQueue(queue, queues))
    .reduce((sum, { visible }) => sum + visible, 0);
  return (
    <Tabs
      label="The local cloud"
      tabs={[
        { id: 'queues', title: 'Queues', count: dead, panel: () => <QueuesPanel model={model} /> },
        { id: 'events', title: 'Events', panel: () => <EventsPanel model={model} /> },
        { id: 'functions', title: 'Functions', panel: () => <FunctionsPanel model={model} /> },
        {
          id: 'faults',
          title: 'Faults',
          count: faults.rules.length,
          panel: () => <FaultsPanel model={model} />,
        },
      ]}
    />
  );
}
