interface QueueEvent {
  readonly Records: { readonly messageId: string; readonly body: string }[];
}
interface StreamEvent {
  readonly Records: { readonly dynamodb: { readonly Keys: { readonly id: { readonly S: string } } } }[];
}

async function dynamoDb(operation: string, input: object): Promise<object> {
  const response = await fetch(process.env.AWS_ENDPOINT_URL ?? '', {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDB_20120810.${operation}`,
      'x-amz-date': '20260101T000000Z',
      authorization:
        'AWS4-HMAC-SHA256 Credential=local/20260101/eu-west-1/dynamodb/aws4_request, SignedHeaders=host, Signature=local',
    },
    body: JSON.stringify({ TableName: process.env.EFFECTS, ...input }),
  });
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as object;
}

/** Counts how often something happened. */
const leaveEffect = (id: string) =>
  dynamoDb('UpdateItem', {
    Key: { id: { S: id } },
    UpdateExpression: 'ADD happened :one',
    ExpressionAttributeValues: { ':one': { N: '1' } },
  });

/** Bad input fails until an item of this id stands for the mended function. */
const isMended = async () => 'Item' in (await dynamoDb('GetItem', { Key: { id: { S: 'mended' } } }));

export const consume = async ({ Records }: QueueEvent) => {
  const batchItemFailures: { itemIdentifier: string }[] = [];
  for (const { messageId, body } of Records) {
    if (body === 'bad' && !(await isMended())) batchItemFailures.push({ itemIdentifier: messageId });
    else await leaveEffect(`queue ${body}`);
  }
  return { batchItemFailures };
};

export const follow = async ({ Records }: StreamEvent) => {
  const ids = Records.map(({ dynamodb }) => dynamodb.Keys.id.S);
  if (ids.includes('bad') && !(await isMended())) throw new Error('a bad row');
  for (const id of ids) await leaveEffect(`stream ${id}`);
};

export const step = async ({ id }: { id: string }) => {
  await leaveEffect(`step ${id}`);
  return {};
};
