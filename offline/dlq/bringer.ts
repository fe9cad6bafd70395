import { ListTargetsByRuleCommand } from '@aws-sdk/client-eventbridge';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { GetQueueUrlCommand, type Message, SendMessageCommand } from '@aws-sdk/client-sqs';
import { LocalCloudError } from '../errors.ts';
import { reportedFailures } from '../event-sources/event-source.ts';
import type { AwsClients } from './aws-clients.ts';
import { originOf, type StreamBatch } from './dead-letter.ts';
import { type FunctionRecord, recordsOf } from './stream-records.ts';
import { isTransformed, nameIn, ruleIn, wayBack } from './way-back.ts';

/**
 * Brings a message of a dead-letter queue back to where it failed. What Lambda is to do asynchronously it retries, and its
 * failure destination gets it anew when that fails.
 */
export function bringer({ sqs, lambda, eventBridge, streams }: AwsClients) {
  return async (message: Message): Promise<void> => {
    const origin = originOf(message);
    const { obstacle } = wayBack(origin);
    if (obstacle !== undefined) throw new LocalCloudError(obstacle);
    if (origin.kind === 'queue') await send(origin.queueArn, message);
    if (origin.kind === 'invocation') await invokeLater(origin.functionArn, JSON.stringify(origin.payload));
    if (origin.kind === 'stream') await bringFromStream(origin.functionArn, origin.batch);
    if (origin.kind === 'rule') await bringToTarget(origin.ruleArn, origin.targetArn, message);
  };

  async function send(queueArn: string, message: Message): Promise<void> {
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: nameIn(queueArn) }));
    await sqs.send(
      new SendMessageCommand({
        QueueUrl,
        MessageBody: message.Body,
        MessageAttributes: message.MessageAttributes,
        ...(queueArn.endsWith('.fifo') && {
          MessageGroupId: message.Attributes?.MessageGroupId,
          // Whoever tries again sends it once.
          MessageDeduplicationId: message.MessageId,
        }),
      }),
    );
  }

  async function invokeLater(functionArn: string, payload: string): Promise<void> {
    const input = { FunctionName: functionArn, InvocationType: 'Event', Payload: payload } as const;
    await lambda.send(new InvokeCommand(input));
  }

  /** Between the records of a batch may lie others that a filter keeps from the function; they come as well. */
  async function bringFromStream(functionArn: string, batch: StreamBatch): Promise<void> {
    let waiting: FunctionRecord[] = [];
    const size = Math.max(1, batch.batchSize);
    for await (const record of recordsOf(streams, batch)) {
      waiting.push(record);
      if (waiting.length < size) continue;
      await invoke(functionArn, waiting);
      waiting = [];
    }
    if (waiting.length > 0) await invoke(functionArn, waiting);
  }

  async function invoke(functionArn: string, Records: readonly FunctionRecord[]): Promise<void> {
    const Payload = JSON.stringify({ Records });
    const answer = await lambda.send(new InvokeCommand({ FunctionName: functionArn, Payload }));
    const text = Buffer.from(answer.Payload ?? []).toString() || 'null';
    if (answer.FunctionError) {
      throw new LocalCloudError(
        `The function fails: ${JSON.parse(text)?.errorMessage ?? answer.FunctionError}`,
      );
    }
    const failures = reportedFailures(
      text,
      new Set(Records.map(({ dynamodb }) => dynamodb.SequenceNumber ?? '')),
    );
    if (failures === 'all' || failures.size > 0) {
      throw new LocalCloudError('The function reports records as failed.');
    }
  }

  async function bringToTarget(ruleArn: string, targetArn: string, message: Message): Promise<void> {
    const rule = ruleIn(ruleArn);
    const { Targets = [] } = rule ? await eventBridge.send(new ListTargetsByRuleCommand(rule)) : {};
    if (isTransformed(Targets.find(({ Arn }) => Arn === targetArn))) {
      throw new LocalCloudError(
        `Rule ${rule?.Rule} changes what its target gets, which a redrive cannot repeat.`,
      );
    }
    if (targetArn.split(':')[2] === 'lambda') await invokeLater(targetArn, message.Body ?? '');
    // What EventBridge says of the failure is not part of the event.
    else await send(targetArn, { ...message, MessageAttributes: {} });
  }
}
