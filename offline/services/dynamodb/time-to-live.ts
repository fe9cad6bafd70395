import { AwsError } from '../../aws/error.ts';
import type { Call } from './client.ts';
import type { ExpiringTable } from './tables.ts';

type Row = Record<string, object>;

const FIVE_YEARS = 5 * 365 * 24 * 60 * 60;

/**
 * Deletes the items whose time has passed, which dynoxide leaves to the caller; `now` is in seconds.
 * An item that was given more time between the scan and the delete stays, and so does one whose time passed more than
 * five years ago: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-before-you-start.html
 */
export async function sweepExpired(
  call: Call,
  { tableName, keyNames, attribute }: ExpiringTable,
  now: number,
): Promise<void> {
  const names = Object.fromEntries(keyNames.map((name, index) => [`#k${index}`, name]));
  const expired = {
    TableName: tableName,
    ExpressionAttributeValues: {
      ':now': { N: String(now) },
      ':longAgo': { N: String(now - FIVE_YEARS) },
      ':number': { S: 'N' },
    },
  };
  const condition = 'attribute_type(#ttl, :number) AND #ttl < :now AND #ttl > :longAgo';
  let start: Row | undefined;
  do {
    const page = await call<{ Items?: Row[]; LastEvaluatedKey?: Row }>('Scan', {
      ...expired,
      ExclusiveStartKey: start,
      FilterExpression: condition,
      ProjectionExpression: Object.keys(names).join(', '),
      ExpressionAttributeNames: { ...names, '#ttl': attribute },
    });
    for (const Key of page.Items ?? []) {
      await call('DeleteItem', {
        ...expired,
        Key,
        ConditionExpression: condition,
        ExpressionAttributeNames: { '#ttl': attribute },
      }).catch((error: unknown) => {
        if (!(error instanceof AwsError) || error.code !== 'ConditionalCheckFailedException') throw error;
      });
    }
    start = page.LastEvaluatedKey;
  } while (start);
}
