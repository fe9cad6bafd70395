import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SQSClient } from '@aws-sdk/client-sqs';

export type StageClients = ReturnType<typeof stageClients>;

/** What reaches the account and the region of the environment. */
export function stageClients() {
  return {
    sqs: new SQSClient(),
    lambda: new LambdaClient(),
    eventBridge: new EventBridgeClient(),
    streams: new DynamoDBStreamsClient(),
  };
}
