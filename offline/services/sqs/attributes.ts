import { AwsError } from '../../aws/error.ts';
import { SETTABLE_ATTRIBUTES, validateQueueAttributes } from '../fauxqs/library.ts';
import type { Queues } from './queue.ts';
import { redrivePolicyOf } from './redrive-policy.ts';

export type Attributes = Readonly<Record<string, string>>;

/** The library forgets two of them. */
const FIFO_ONLY = ['FifoQueue', 'ContentBasedDeduplication', 'DeduplicationScope', 'FifoThroughputLimit'];
const KNOWN = new Set([...SETTABLE_ATTRIBUTES, ...FIFO_ONLY]);

/** Of the attributes that are no numbers, which the library checks. */
const VALUES: Readonly<Record<string, RegExp>> = {
  FifoQueue: /^true$/,
  ContentBasedDeduplication: /^(true|false)$/,
  DeduplicationScope: /^(queue|messageGroup)$/,
  FifoThroughputLimit: /^(perQueue|perMessageGroupId)$/,
};

/** @throws AwsError for what the library would let pass */
export function checkCreation(queues: Queues, name: string, attributes: Attributes): void {
  const isFifo = attributes.FifoQueue === 'true';
  if (name.length > 80 || !(isFifo ? /^[\w-]+\.fifo$/ : /^[\w-]+$/).test(name)) {
    const rule = 'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length';
    throw new AwsError('InvalidParameterValue', `${rule}; a FIFO queue ends with .fifo, and no other.`);
  }
  checkAttributes(queues, attributes, isFifo);
  const existing = queues.getQueue(queues.buildQueueUrl(name));
  const differing = Object.keys(attributes).find(
    (key) => existing && existing.attributes[key] !== attributes[key],
  );
  if (differing) {
    const message = `A queue already exists with the same name and a different value for attribute ${differing}`;
    throw new AwsError('QueueNameExists', message);
  }
}

/** @throws AwsError for what the library would let pass */
export function checkAttributes(queues: Queues, attributes: Attributes, isFifo: boolean): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (!KNOWN.has(name) || (!isFifo && FIFO_ONLY.includes(name))) {
      throw new AwsError('InvalidAttributeName', `Unknown Attribute ${name}.`);
    }
    if (VALUES[name]?.test(value) === false) {
      throw new AwsError('InvalidAttributeValue', `Invalid value for the parameter ${name}.`);
    }
  }
  validateQueueAttributes(attributes, AwsError);
  if (attributes.RedrivePolicy && !isRedrivePolicy(queues, attributes, isFifo)) {
    const reason =
      'maxReceiveCount is 1 to 1000, and deadLetterTargetArn an existing queue of the same type.';
    const value = `Value ${attributes.RedrivePolicy} for parameter RedrivePolicy is invalid`;
    throw new AwsError('InvalidParameterValue', `${value}. Reason: ${reason}`);
  }
}

function isRedrivePolicy(queues: Queues, attributes: Attributes, isFifo: boolean): boolean {
  try {
    return (
      queues.getQueueByArn(redrivePolicyOf({ attributes })?.deadLetterTargetArn ?? '')?.isFifo() === isFifo
    );
  } catch {
    return false;
  }
}
