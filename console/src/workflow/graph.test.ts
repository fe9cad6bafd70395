import { expect, it } from '@jest/globals';
import { graphOf } from './graph.ts';

const paid = { Variable: '$.payment.paid', BooleanEquals: true };
const held = { Variable: '$.held', BooleanEquals: true };

it.each([
  [paid, 'paid'],
  [{ Not: paid }, 'not paid'],
  [{ And: [paid, held] }, 'paid and held'],
  [{ Or: [paid, { Not: held }] }, 'paid or not held'],
  [{ Condition: '{% $paid %}' }, ''],
])('a way of a choice is labelled by what its rule is about: %j', (rule, label) => {
  const Choices = [{ ...rule, Next: 'Done' }];
  const { edges } = graphOf({
    StartAt: 'Which',
    States: { Which: { Type: 'Choice', Choices }, Done: { Type: 'Succeed' } },
  });
  expect(edges).toEqual([{ from: 'Which', to: 'Done', label, isCatch: false }]);
});
