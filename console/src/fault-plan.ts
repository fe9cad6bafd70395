import type { FaultReport, FaultRule } from './frame.ts';

/** A fault that is worth a button. */
export interface Preset {
  readonly title: string;
  readonly explanation: string;
  readonly rule: FaultRule;
}

export const PRESETS: readonly Preset[] = [
  {
    title: 'Payment crashes twice',
    explanation: 'The next two runs of processPayment are killed; the workflow tries again.',
    rule: { service: 'lambda', function: 'processPayment', fault: 'kill', milliseconds: 1, count: 2 },
  },
  {
    title: 'Reservations are throttled',
    explanation: 'DynamoDB refuses half of the transactions, by chance, as when a row is busy.',
    rule: { service: 'dynamodb', operation: 'TransactWriteItems', fault: 'throttle', rate: 0.5 },
  },
  {
    title: 'DynamoDB is slow',
    explanation: 'Every request takes half a second more.',
    rule: { service: 'dynamodb', fault: 'delay', milliseconds: 500 },
  },
  {
    title: 'Replies get lost',
    explanation: 'One write in five is done, and its answer does not arrive.',
    rule: { service: 'dynamodb', operation: 'UpdateItem', fault: 'dropReply', rate: 0.2 },
  },
  {
    title: 'Everything runs twice',
    explanation: 'Each invocation of a function that is not of the API is run a second time.',
    rule: { service: 'lambda', fault: 'duplicate' },
  },
];

/** The rules that shall be in force, and where their chances begin. */
export interface FaultPlan {
  readonly seed: number;
  readonly rules: readonly FaultRule[];
}

/** The plan with one rule more. Whatever plan is put in force, the chances of all its rules begin anew. */
export function planWith(report: FaultReport, rule: FaultRule): FaultPlan {
  const { seed, rules } = planWithout(report, -1);
  return { seed, rules: [...rules, rule] };
}

/** The plan without the rule at the index; a rule with a count has only what is left of it, and one without is gone. */
export function planWithout({ seed, rules }: FaultReport, index: number): FaultPlan {
  const left = rules.flatMap(({ struck, count, ...rule }, at): FaultRule[] => {
    if (at === index || count === struck) return [];
    return [count === undefined ? rule : { ...rule, count: count - struck }];
  });
  return { seed, rules: left };
}

/** A rule in words, for example `dynamodb UpdateItem: throttle, 20 %, 3 times`. */
export function describeRule(rule: FaultRule): string {
  const { service, operation, fault, rate = 1, milliseconds = 100, count } = rule;
  const target = [service, operation ?? rule.function].filter((part) => part !== undefined).join(' ');
  const details = [
    fault === 'delay' || fault === 'kill' ? `${fault} ${milliseconds} ms` : fault,
    ...(rate < 1 ? [`${Math.round(rate * 100)} %`] : []),
    ...(count === undefined ? [] : [count === 1 ? 'once' : `${count} times`]),
  ];
  return `${target}: ${details.join(', ')}`;
}
