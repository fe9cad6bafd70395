import { AwsError } from '../../aws/error.ts';
import { isRecord } from '../../cloudformation/template.ts';
import { compilePattern } from '../event-bridge/pattern.ts';
import { type MessageAttributes, validateFilterPolicyLimits } from '../fauxqs/library.ts';

/**
 * The test whether a subscription takes a message. A filter policy has the operators of an event pattern; the
 * library's own reading of one knows no arrays, and delivers what it cannot read.
 *
 * @throws AwsError InvalidParameter for a policy that could not be followed to the letter
 */
export function filterOf(
  json: string,
  scope = 'MessageAttributes',
): (message: string, attributes: MessageAttributes) => boolean {
  const isOnBody = scope === 'MessageBody';
  const policy = jsonOf(json);
  if (!isRecord(policy)) throw invalid('failed to parse JSON');
  if (!isOnBody && !Object.values(policy).every(Array.isArray)) {
    throw invalid('Filter policy scope MessageAttributes does not support nested filter policy');
  }
  if (Object.keys(policy).length === 0) return () => true;
  validateFilterPolicyLimits(json);
  const accepts = compiled(policy);
  return (message, attributes) => {
    const properties = isOnBody ? jsonOf(message) : valuesOf(attributes);
    // attribute-key-matching.html: a message with nothing at all is not one without a certain property.
    return isRecord(properties) && Object.keys(properties).length > 0 && accepts(properties);
  };
}

function compiled(policy: object) {
  try {
    return compilePattern(policy);
  } catch (error) {
    throw error instanceof AwsError ? invalid(error.message) : error;
  }
}

const invalid = (problem: string) =>
  new AwsError('InvalidParameter', `Invalid parameter: FilterPolicy: ${problem}`);

/** As sns/latest/dg/sns-message-attributes.html types them; what is binary is not filtered by. */
function valuesOf(attributes: MessageAttributes): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [name, { DataType, StringValue = '' }] of Object.entries(attributes)) {
    if (DataType === 'String.Array') values[name] = jsonOf(StringValue);
    else if (DataType.startsWith('Number')) values[name] = Number(StringValue);
    else if (!DataType.startsWith('Binary')) values[name] = StringValue;
  }
  return values;
}

/** Undefined for what is no JSON. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
