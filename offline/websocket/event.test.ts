import { describe, expect, it } from '@jest/globals';
import { allowedContext } from './event.ts';

const ARN = 'arn:aws:execute-api:eu-west-1:000000000000:local/dev/$connect';
const answer = (...statements: [Effect: string, Resource: string | string[]][]) => ({
  principalId: 'alice',
  policyDocument: {
    Statement: statements.map(([Effect, Resource]) => ({ Action: 'execute-api:Invoke', Effect, Resource })),
  },
  context: { scope: 'all', count: 2 },
});

describe('the answer of an authorizer', () => {
  it.each([
    ['the method', ARN],
    ['every method', '*'],
    ['methods of the API', 'arn:aws:execute-api:eu-west-1:000000000000:local/*/$connect'],
    ['one of several', ['arn:other', ARN]],
  ])('lets in when it allows %s, with its context as texts', (_, resource) => {
    expect(allowedContext(answer(['Allow', resource]), ARN)).toEqual({
      principalId: 'alice',
      scope: 'all',
      count: '2',
    });
  });

  it.each([
    ['allows another method', answer(['Allow', ARN.replace('connect', 'default')])],
    ['allows what begins alike', answer(['Allow', `${ARN}s`])],
    ['denies it', answer(['Deny', ARN])],
    ['denies what it allows elsewhere', answer(['Allow', '*'], ['Deny', ARN])],
    ['has no statements', answer()],
    ['is no policy', { principalId: 'alice' }],
    ['is nothing', null],
  ])('lets nobody in when it %s', (_, refusal) => {
    expect(allowedContext(refusal, ARN)).toBeUndefined();
  });
});
