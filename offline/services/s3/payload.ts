import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { AwsError } from '../../aws/error.ts';
import { computeChecksum, decodeAwsChunked } from '../fauxqs/library.ts';

/** An object is in memory as a whole while it is written or read, and one value of SQLite has at most 1 GB. */
export const MAX_OBJECT_BYTES = 512 * 1024 * 1024;

export type Headers = Readonly<Record<string, string | undefined>>;

/**
 * Reads the body as its sender had it before it was encoded for the transfer, with the headers that then hold.
 *
 * @throws AwsError for a body that is too large, or is not what its checksum says, which the library does not look at
 */
export async function payloadOf(request: IncomingMessage): Promise<{ body: Buffer; headers: Headers }> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    // The rest is read, too: a client that is still sending reads no answer.
    if (size <= MAX_OBJECT_BYTES) chunks.push(chunk);
  }
  if (size > MAX_OBJECT_BYTES) throw tooLarge();
  const received = Buffer.concat(chunks);
  const headers = request.headers as Headers;
  const encodings = (headers['content-encoding'] ?? '').split(/, */).filter(Boolean);
  if (!encodings.includes('aws-chunked')) {
    verify(received, headers);
    return { body: received, headers };
  }
  const { body, trailers } = decodeAwsChunked(received);
  const encoding = encodings.filter((one) => one !== 'aws-chunked').join(', ');
  const decoded = { ...headers, ...trailers, 'content-encoding': encoding || undefined };
  if (body.length !== Number(headers['x-amz-decoded-content-length'])) {
    const message = 'You did not provide the number of bytes specified by the Content-Length HTTP header.';
    throw new AwsError('IncompleteBody', message);
  }
  verify(body, decoded);
  return { body, headers: decoded };
}

export const tooLarge = () =>
  new AwsError('EntityTooLarge', `The local cloud takes objects of at most ${MAX_OBJECT_BYTES} bytes.`);

/** Checksums of other kinds (CRC32C, CRC64NVME) are taken on trust: nothing here computes them. */
function verify(body: Buffer, headers: Headers): void {
  const md5 = headers['content-md5'];
  if (md5 !== undefined && md5 !== createHash('md5').update(body).digest('base64')) {
    throw new AwsError('BadDigest', 'The Content-MD5 you specified did not match what we received.');
  }
  for (const algorithm of ['CRC32', 'SHA1', 'SHA256'] as const) {
    const claimed = headers[`x-amz-checksum-${algorithm.toLowerCase()}`];
    if (claimed !== undefined && claimed !== computeChecksum(algorithm, body)) {
      throw new AwsError(
        'BadDigest',
        `The ${algorithm} you specified did not match the calculated checksum.`,
      );
    }
  }
}
