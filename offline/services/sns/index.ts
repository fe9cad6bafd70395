import { text } from 'node:stream/consumers';
import { AwsError } from '../../aws/error.ts';
import { answerError } from '../../aws/json-api.ts';
import {
  escapeXml,
  type MessageAttributes,
  snsSuccessResponse,
  toAwsError,
  topicActions,
} from '../fauxqs/library.ts';
import type { Tables } from '../fauxqs/tables.ts';
import type { AwsApi } from '../service.ts';
import { filterOf } from './filter.ts';
import type { Topics } from './topics.ts';

type Parameters = Readonly<Record<string, string>>;
type Operation = (parameters: Parameters) => string;

const TOPIC_ATTRIBUTES = new Set([
  ...['DisplayName', 'Policy', 'DeliveryPolicy', 'KmsMasterKeyId', 'SignatureVersion', 'TracingConfig'],
  ...['FifoTopic', 'ContentBasedDeduplication'],
]);

const ENDPOINTS: Readonly<Record<string, RegExp>> = {
  sqs: /^arn:aws:sqs:[\w-]+:\d{12}:[\w-]+(\.fifo)?$/,
  lambda: /^arn:aws:lambda:[\w-]+:\d{12}:function:[\w:$-]+$/,
};

const invalid = (problem: string) => new AwsError('InvalidParameter', `Invalid parameter: ${problem}`);
const notEmulated = (what: string) =>
  new AwsError('NotImplemented', `The local cloud does not emulate sns (${what}).`, 501);

/** The API of SNS in the query protocol. */
export function snsApi(topics: Topics, tables: Tables): AwsApi {
  const library =
    (action: keyof typeof topicActions): Operation =>
    (parameters) =>
      topicActions[action](parameters, topics, undefined, { headers: {} });
  const operations: Readonly<Record<string, Operation>> = {
    DeleteTopic: library('deleteTopic'),
    ListTopics: library('listTopics'),
    GetTopicAttributes: library('getTopicAttributes'),
    SetTopicAttributes: library('setTopicAttributes'),
    Unsubscribe: library('unsubscribe'),
    ListSubscriptions: library('listSubscriptions'),
    ListSubscriptionsByTopic: library('listSubscriptionsByTopic'),
    GetSubscriptionAttributes: library('getSubscriptionAttributes'),
    TagResource: library('tagResource'),
    UntagResource: library('untagResource'),
    ListTagsForResource: library('listTagsForResource'),
    CreateTopic(parameters) {
      const unknown = Object.keys(attributesIn(parameters)).find((name) => !TOPIC_ATTRIBUTES.has(name));
      if (unknown) throw invalid(`Attributes Reason: Unknown attribute: ${unknown}`);
      return library('createTopic')(parameters);
    },
    Subscribe(parameters) {
      checkEndpoint(parameters);
      checkAttributes(parameters.Protocol, attributesIn(parameters));
      return library('subscribe')(parameters);
    },
    SetSubscriptionAttributes(parameters) {
      const { SubscriptionArn = '', AttributeName = '', AttributeValue = '' } = parameters;
      const { protocol, attributes } = topics.getSubscription(SubscriptionArn) ?? {};
      checkAttributes(protocol, { ...attributes, [AttributeName]: AttributeValue });
      return library('setSubscriptionAttributes')(parameters);
    },
    Publish(parameters) {
      if (parameters.PhoneNumber) throw notEmulated('Publish to PhoneNumber');
      return snsSuccessResponse('Publish', publish(topics, topicOf(parameters), parameters));
    },
    PublishBatch: (parameters) => snsSuccessResponse('PublishBatch', publishBatch(topics, parameters)),
  };
  return {
    signingName: 'sns',
    targets: [],
    async handle(request, response, name) {
      try {
        const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
        if (!operation) throw notEmulated(name);
        const parameters = Object.fromEntries(new URLSearchParams(await text(request)));
        const xml = tables.transaction(() => operation(parameters));
        response.writeHead(200, { 'content-type': 'text/xml' }).end(xml);
      } catch (error) {
        answerError(request, response, 'sns', toAwsError(error));
      }
    },
  };
}

const topicOf = ({ TopicArn, TargetArn }: Parameters) => TopicArn ?? TargetArn ?? '';

/** The members of a list, whose parameters are named `list.1.name`. */
function members(parameters: Parameters, list: string): Record<string, string>[] {
  const found = new Map<string, Record<string, string>>();
  for (const [name, value] of Object.entries(parameters)) {
    if (!name.startsWith(`${list}.`)) continue;
    const [index = '', ...rest] = name.slice(list.length + 1).split('.');
    found.set(index, { ...found.get(index), [rest.join('.')]: value });
  }
  return [...found.values()];
}

const attributesIn = (parameters: Parameters): Record<string, string> =>
  Object.fromEntries(members(parameters, 'Attributes.entry').map(({ key, value }) => [key, value]));

function checkEndpoint(parameters: Parameters): void {
  const { Protocol = '', Endpoint = '' } = parameters;
  const topicArn = topicOf(parameters);
  const pattern = ENDPOINTS[Protocol];
  if (!pattern) throw notEmulated(`Subscribe with the protocol ${Protocol}`);
  const isFifo = topicArn.endsWith('.fifo');
  if (!pattern.test(Endpoint) || (isFifo ? Protocol !== 'sqs' : Endpoint.endsWith('.fifo'))) {
    throw invalid(`Endpoint Reason: ${Endpoint} cannot be subscribed to ${topicArn}`);
  }
}

function checkAttributes(protocol: string | undefined, attributes: Readonly<Record<string, string>>): void {
  const { RawMessageDelivery, FilterPolicy, FilterPolicyScope, RedrivePolicy, ...others } = attributes;
  const [unknown] = Object.keys(others);
  if (unknown) throw invalid(`Attributes Reason: Unknown attribute: ${unknown}`);
  if (RawMessageDelivery === 'true' && protocol !== 'sqs')
    throw invalid('Attributes Reason: RawMessageDelivery');
  if (!/^(MessageAttributes|MessageBody)?$/.test(FilterPolicyScope ?? '')) throw invalid('FilterPolicyScope');
  if (FilterPolicy) filterOf(FilterPolicy, FilterPolicyScope || undefined);
  if (
    RedrivePolicy &&
    !/^\s*{\s*"deadLetterTargetArn"\s*:\s*"arn:aws:sqs:[^"]+"\s*}\s*$/.test(RedrivePolicy)
  ) {
    throw invalid('RedrivePolicy: it takes deadLetterTargetArn, the ARN of a queue');
  }
}

function publish(topics: Topics, topicArn: string, parameters: Parameters): string {
  const attributes = members(parameters, 'MessageAttributes.entry').map((entry) => [
    entry.Name,
    {
      DataType: entry['Value.DataType'] ?? '',
      ...(entry['Value.StringValue'] !== undefined && { StringValue: entry['Value.StringValue'] }),
      ...(entry['Value.BinaryValue'] !== undefined && { BinaryValue: entry['Value.BinaryValue'] }),
    },
  ]);
  const { id, sequenceNumber } = topics.publish(topicArn, {
    message: parameters.Message ?? '',
    subject: parameters.Subject,
    structure: parameters.MessageStructure,
    attributes: Object.fromEntries(attributes) as MessageAttributes,
    groupId: parameters.MessageGroupId,
    deduplicationId: parameters.MessageDeduplicationId,
  });
  const sequence = sequenceNumber ? `<SequenceNumber>${sequenceNumber}</SequenceNumber>` : '';
  return `<MessageId>${id}</MessageId>${sequence}`;
}

/** One bad entry does not keep the others from being published; the request as a whole can be bad, too. */
function publishBatch(topics: Topics, parameters: Parameters): string {
  const entries = members(parameters, 'PublishBatchRequestEntries.member');
  const ids = entries.map(({ Id = '' }) => Id);
  const problems = {
    EmptyBatchRequest: entries.length === 0,
    TooManyEntriesInBatchRequest: entries.length > 10,
    InvalidBatchEntryId: ids.some((id) => !/^[\w-]{1,80}$/.test(id)),
    BatchEntryIdsNotDistinct: new Set(ids).size < ids.length,
  };
  const [code] = Object.entries(problems).find(([, isSo]) => isSo) ?? [];
  if (code) throw new AwsError(code, `The batch cannot be published: ${code}.`);
  let successful = '';
  let failed = '';
  for (const [index, entry] of entries.entries()) {
    const id = `<Id>${ids[index]}</Id>`;
    try {
      successful += `<member>${id}${publish(topics, topicOf(parameters), entry)}</member>`;
    } catch (error) {
      if (!(error instanceof AwsError) || error.code === 'NotFound') throw error;
      const problem = `<Code>${error.code}</Code><Message>${escapeXml(error.message)}</Message>`;
      failed += `<member>${id}${problem}<SenderFault>true</SenderFault></member>`;
    }
  }
  return `<Successful>${successful}</Successful><Failed>${failed}</Failed>`;
}
