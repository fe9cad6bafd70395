import { expect, it } from '@jest/globals';
import { judge, type Suppression, unusedSuppressions } from './found.ts';

const reason = 'a reason';
const found = (rule: string, resource: string, says = 'is wrong') => ({ rule, resource, says });
const suppression = (more: Partial<Suppression> = {}): Suppression => ({
  rules: ['tracing'],
  resources: /^Get$/,
  reason,
  ...more,
});

it('suppresses what a rule says of the named resources, and nothing else', () => {
  const findings = [found('tracing', 'Get'), found('tracing', 'GetAll'), found('runtime', 'Get')];
  expect(judge(findings, [suppression()])).toEqual({
    open: [found('tracing', 'GetAll'), found('runtime', 'Get')],
    suppressed: [found('tracing', 'Get')],
  });
});

it('suppresses only what is said in the named words', () => {
  const findings = [found('wildcard', 'Get', 'allows x on *'), found('wildcard', 'Get', 'allows y on *')];
  const { open } = judge(findings, [suppression({ rules: ['wildcard'], says: /^allows x / })]);
  expect(open).toEqual([found('wildcard', 'Get', 'allows y on *')]);
});

it('finds a suppression that suppresses nothing, for each of its rules', () => {
  const unused = unusedSuppressions(
    [found('tracing', 'Get')],
    [suppression(), suppression({ rules: ['tracing', 'runtime'] }), suppression({ resources: /^Put$/ })],
  );
  expect(unused).toEqual([
    { rule: 'unused-suppression', resource: '^Get$', says: 'no runtime is found there: a reason' },
    { rule: 'unused-suppression', resource: '^Put$', says: 'no tracing is found there: a reason' },
  ]);
});
