/** Calls one operation of DynamoDB, or of its streams, with the JSON of the low-level API. */
export type Call = <Output = Record<string, unknown>>(operation: string, input: object) => Promise<Output>;

export class DynamoDbError extends Error {
  /** For example `ResourceNotFoundException`. */
  override readonly name: string;

  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

/** Emulators ask for the shape of a signature and not for a true one. */
export function localSignature(region: string, service: string): string {
  return `AWS4-HMAC-SHA256 Credential=local/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=local`;
}

export function dynamoDbClient(endpoint: string, region: string): Call {
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-date': '20260101T000000Z',
    authorization: localSignature(region, 'dynamodb'),
  };
  return async <Output>(operation: string, input: object): Promise<Output> => {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: { ...headers, 'x-amz-target': `DynamoDB_20120810.${operation}` },
      body: JSON.stringify(input),
    });
    const output = (await response.json()) as Output & { __type?: string; message?: string };
    if (!response.ok) {
      throw new DynamoDbError(
        output.__type?.split('#').at(-1) ?? 'UnknownError',
        output.message ?? operation,
      );
    }
    return output;
  };
}
