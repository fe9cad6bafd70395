import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/**
 * Makes the client lose the replies to its next `count` calls, after the work was done: below the client's own
 * retries, as a network does.
 */
export function loseReplies(client: DynamoDBDocumentClient, count: number): void {
  let left = count;
  client.middlewareStack.add(
    (next) => async (call) => {
      const answer = await next(call);
      if (left === 0) return answer;
      left -= 1;
      throw Object.assign(new Error('socket hang up'), { name: 'TimeoutError', code: 'ECONNRESET' });
    },
    { step: 'deserialize', priority: 'low' },
  );
}
