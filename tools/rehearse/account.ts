import { GetApisCommand } from '@aws-sdk/client-apigatewayv2';
import { ListStacksCommand } from '@aws-sdk/client-cloudformation';
import { DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { ListUserPoolsCommand } from '@aws-sdk/client-cognito-identity-provider';
import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ListEventBusesCommand, ListRulesCommand } from '@aws-sdk/client-eventbridge';
import { ListRolesCommand } from '@aws-sdk/client-iam';
import { ListEventSourceMappingsCommand, ListLayersCommand } from '@aws-sdk/client-lambda';
import { ListBucketsCommand } from '@aws-sdk/client-s3';
import { ListSecretsCommand } from '@aws-sdk/client-secrets-manager';
import { ListStateMachinesCommand } from '@aws-sdk/client-sfn';
import { ListSubscriptionsCommand, ListTopicsCommand } from '@aws-sdk/client-sns';
import { ListQueuesCommand } from '@aws-sdk/client-sqs';
import type { Clients } from './clients.ts';
import { listFunctions } from './functions.ts';

type Names = readonly (string | undefined)[];

/** How to list what is there of a resource type, over the whole account. */
const LISTS: Readonly<Record<string, (clients: Clients) => Promise<Names>>> = {
  'AWS::ApiGatewayV2::Api': async ({ apiGateway }) =>
    ((await apiGateway.send(new GetApisCommand())).Items ?? []).map(({ Name }) => Name),
  'AWS::CloudFormation::Stack': async ({ cloudFormation }) =>
    ((await cloudFormation.send(new ListStacksCommand())).StackSummaries ?? [])
      .filter(({ StackStatus }) => StackStatus !== 'DELETE_COMPLETE')
      .map(({ StackName }) => StackName),
  'AWS::CloudWatch::Alarm': async ({ cloudWatch }) =>
    ((await cloudWatch.send(new DescribeAlarmsCommand())).MetricAlarms ?? []).map(
      ({ AlarmName }) => AlarmName,
    ),
  'AWS::Cognito::UserPool': async ({ cognito }) =>
    ((await cognito.send(new ListUserPoolsCommand({ MaxResults: 60 }))).UserPools ?? []).map(
      ({ Name }) => Name,
    ),
  'AWS::DynamoDB::Table': async ({ dynamodb }) =>
    (await dynamodb.send(new ListTablesCommand())).TableNames ?? [],
  'AWS::Events::EventBus': async ({ eventBridge }) =>
    ((await eventBridge.send(new ListEventBusesCommand())).EventBuses ?? []).map(({ Name }) => Name),
  'AWS::Events::Rule': async ({ eventBridge }) => {
    const { EventBuses = [] } = await eventBridge.send(new ListEventBusesCommand());
    const rules = await Promise.all(
      EventBuses.map(({ Name }) => eventBridge.send(new ListRulesCommand({ EventBusName: Name }))),
    );
    return rules.flatMap(({ Rules = [] }) => Rules.map(({ Name }) => Name));
  },
  'AWS::IAM::Role': async ({ iam }) =>
    (await iam.send(new ListRolesCommand())).Roles?.map(({ RoleName }) => RoleName) ?? [],
  'AWS::Lambda::EventSourceMapping': async ({ lambda }) =>
    ((await lambda.send(new ListEventSourceMappingsCommand())).EventSourceMappings ?? []).map(
      ({ UUID }) => UUID,
    ),
  'AWS::Lambda::Function': async ({ lambda }) =>
    (await listFunctions(lambda)).map(({ FunctionName }) => FunctionName),
  'AWS::Lambda::LayerVersion': async ({ lambda }) =>
    ((await lambda.send(new ListLayersCommand())).Layers ?? []).map(({ LayerName }) => LayerName),
  'AWS::Logs::LogGroup': async ({ logs }) =>
    ((await logs.send(new DescribeLogGroupsCommand())).logGroups ?? []).map(
      ({ logGroupName }) => logGroupName,
    ),
  'AWS::S3::Bucket': async ({ s3 }) =>
    ((await s3.send(new ListBucketsCommand())).Buckets ?? []).map(({ Name }) => Name),
  'AWS::SNS::Subscription': async ({ sns }) =>
    ((await sns.send(new ListSubscriptionsCommand())).Subscriptions ?? []).map(
      ({ TopicArn, Endpoint }) => `${TopicArn} → ${Endpoint}`,
    ),
  'AWS::SNS::Topic': async ({ sns }) =>
    ((await sns.send(new ListTopicsCommand())).Topics ?? []).map(({ TopicArn }) => TopicArn),
  'AWS::SQS::Queue': async ({ sqs }) => (await sqs.send(new ListQueuesCommand())).QueueUrls ?? [],
  'AWS::SecretsManager::Secret': async ({ secrets }) =>
    ((await secrets.send(new ListSecretsCommand())).SecretList ?? []).map(({ Name }) => Name),
  'AWS::StepFunctions::StateMachine': async ({ stepFunctions }) =>
    ((await stepFunctions.send(new ListStateMachinesCommand())).stateMachines ?? []).map(({ name }) => name),
};

/** What exists only as part of something that is listed, and ends with it. */
const PARTS = [
  /^AWS::ApiGatewayV2::/,
  /^AWS::Cognito::UserPool/,
  /^AWS::Lambda::(EventInvokeConfig|Permission)$/,
  /^AWS::(S3::Bucket|SNS::Topic|SQS::Queue)Policy$/,
];

/** Everything in the account that a stack of ours may leave behind: one line each, sorted. */
export async function listAccount(clients: Clients): Promise<string[]> {
  const lists = await Promise.all(
    Object.entries(LISTS).map(async ([type, list]) => (await list(clients)).map((name) => `${type} ${name}`)),
  );
  return lists.flat().sort();
}

/** Of these resource types, those that `listAccount` would not find. */
export function unlistedTypes(types: Iterable<string>): string[] {
  return [...new Set(types)]
    .filter((type) => !(type in LISTS) && !PARTS.some((part) => part.test(type)))
    .sort();
}
