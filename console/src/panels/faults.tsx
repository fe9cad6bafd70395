import { useSignal } from '@preact/signals';
import { useAction } from '../action.ts';
import { describeRule, PRESETS, planWith, planWithout } from '../fault-plan.ts';
import type { FaultRule } from '../frame.ts';
import type { Model } from '../model.ts';
import { Problem } from '../problem.tsx';

export function FaultsPanel({ model }: { readonly model: Model }) {
  const { faults } = model.state.value;
  const action = useAction(model);
  const inject = (rule: FaultRule) =>
    action.run(async () => {
      await model.setFaults(planWith(faults, rule));
      return `In force: ${describeRule(rule)}`;
    });
  const takeBack = (index: number) =>
    action.run(async () => {
      await model.setFaults(planWithout(faults, index));
      return 'The fault is taken back.';
    });
  return (
    <>
      <h3>In force</h3>
      {faults.rules.length === 0 && <p class="quiet">None: everything works.</p>}
      <ul class="plain">
        {faults.rules.map((rule, index) => (
          <li key={`${index}${describeRule(rule)}`} class="row">
            <span class="id">{describeRule(rule)}</span>
            <span class="badge busy">struck {rule.struck}</span>
            <button type="button" disabled={action.isBusy.value} onClick={() => takeBack(index)}>
              Take back<span class="unseen"> {describeRule(rule)}</span>
            </button>
          </li>
        ))}
      </ul>
      <Problem text={action.problem} />
      <h3>Inject</h3>
      <ul class="presets">
        {PRESETS.map(({ title, explanation, rule }) => (
          <li key={title}>
            <button type="button" disabled={action.isBusy.value} onClick={() => inject(rule)}>
              {title}
            </button>
            <span class="quiet">{explanation}</span>
          </li>
        ))}
      </ul>
      <OwnRule inject={inject} isBusy={action.isBusy.value} />
    </>
  );
}

const KINDS: readonly FaultRule['fault'][] = ['throttle', 'error', 'delay', 'dropReply', 'duplicate', 'kill'];
const FIELDS = [
  { name: 'service', title: 'Service', hint: 'dynamodb, sqs, lambda …' },
  { name: 'target', title: 'Operation or function', hint: 'empty: all' },
];

function OwnRule(props: { readonly inject: (rule: FaultRule) => void; readonly isBusy: boolean }) {
  const kind = useSignal<FaultRule['fault']>('throttle');
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const given = (name: string) => String(form.get(name) ?? '').trim();
    const isOfFunction = kind.value === 'duplicate' || kind.value === 'kill';
    const target = given('target');
    props.inject({
      ...{ service: given('service'), fault: kind.value, rate: Number(given('percent')) / 100 },
      ...(target && { [isOfFunction ? 'function' : 'operation']: target }),
      ...(given('milliseconds') && { milliseconds: Number(given('milliseconds')) }),
      ...(given('count') && { count: Number(given('count')) }),
    });
  };
  return (
    <details>
      <summary>A rule of your own</summary>
      <form class="place own-rule" onSubmit={submit}>
        {FIELDS.map(({ name, title, hint }) => (
          <label key={name}>
            {title}
            <input name={name} placeholder={hint} required={name === 'service'} maxLength={100} />
          </label>
        ))}
        <label>
          Fault
          <select
            value={kind.value}
            onChange={({ currentTarget }) => {
              kind.value = currentTarget.value as FaultRule['fault'];
            }}
          >
            {KINDS.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label>
          Of requests, %
          <input name="percent" type="number" min={1} max={100} defaultValue="100" required />
        </label>
        <label>
          Milliseconds
          <input name="milliseconds" type="number" min={0} max={900_000} placeholder="100" />
        </label>
        <label>
          At most, times
          <input name="count" type="number" min={1} placeholder="no end" />
        </label>
        <button type="submit" disabled={props.isBusy}>
          Inject
        </button>
      </form>
    </details>
  );
}
