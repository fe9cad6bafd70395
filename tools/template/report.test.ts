import { expect, it } from '@jest/globals';
import { type Checked, findingCount, report } from './report.ts';

const finding = { rule: 'tracing', resource: 'Get', says: 'is not traced' };
const checked: Checked = {
  title: 'prod',
  resources: 440,
  tools: {
    'our own rules': { open: [finding], suppressed: [finding, finding] },
    'cfn-lint': undefined,
  },
};

it('is a table of the tools, the budget and the findings', () => {
  expect(report(checked).split('\n')).toEqual([
    'prod                                     findings  with reason',
    '  our own rules                                 1            2',
    '  cfn-lint                              left out: it cannot be installed here',
    '  440 resources of 440 (CloudFormation takes 500)',
    '  Get is not traced [tracing]',
  ]);
});

it('counts what is open, and a template with too many resources', () => {
  expect(report({ ...checked, resources: 441 })).toContain(
    '441 resources of 440 (CloudFormation takes 500): too many',
  );
  expect(findingCount([checked])).toBe(1);
  expect(findingCount([checked, { ...checked, resources: 441 }])).toBe(3);
});
