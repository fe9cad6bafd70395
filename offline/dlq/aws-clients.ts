import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';

export type AwsClients = ReturnType<typeof awsClients>;

/** What reaches the account and the region of the environment, where nothing else is said. */
export function awsClients(place: Pick<SQSClientConfig, 'region' | 'endpoint' | 'credentials'> = {}) {
  return {
    sqs: new SQSClient(place),
    lambda: new LambdaClient(place),
    eventBridge: new EventBridgeClient(place),
    streams: new DynamoDBStreamsClient(place),
  };
}
