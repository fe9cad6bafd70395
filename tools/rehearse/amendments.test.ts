import { describe, expect, it } from '@jest/globals';
import { amendmentsOf } from './amendments.ts';

const QUEUE = 'arn:aws:sqs:eu-west-1:000000000000:jobs';

describe('what a role is allowed beside', () => {
  it('is to send batches to the queues that it may send to, under the same condition', () => {
    const Condition = { Bool: { 'aws:SecureTransport': 'true' } };
    const statement = { Effect: 'Allow', Action: ['sqs:SendMessage'], Resource: QUEUE, Condition };
    expect(amendmentsOf([statement])).toEqual([
      { Effect: 'Allow', Action: 'sqs:SendMessageBatch', Resource: QUEUE, Condition },
    ]);
  });

  it('is to answer any waiting task when it may answer those of a state machine', () => {
    const machine = 'arn:aws:states:eu-west-1:000000000000:stateMachine:flow';
    const Action = ['states:SendTaskSuccess', 'states:SendTaskFailure'];
    expect(amendmentsOf([{ Effect: 'Allow', Action, Resource: machine }])).toEqual([
      { Effect: 'Allow', Action: 'states:SendTask*', Resource: '*' },
    ]);
  });

  it('is nothing when it may do neither, or is denied to', () => {
    const statements = [
      { Effect: 'Allow', Action: 'sqs:GetQueueUrl', Resource: QUEUE },
      { Effect: 'Allow', Action: ['dynamodb:GetItem'], Resource: '*' },
      { Effect: 'Deny', Action: 'sqs:SendMessage', Resource: QUEUE },
    ];
    expect(amendmentsOf(statements)).toEqual([]);
  });
});
