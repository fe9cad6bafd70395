import { createHash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  type CORSRule,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteBucketCorsCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketCorsCommand,
  GetBucketLocationCommand,
  GetBucketNotificationConfigurationCommand,
  GetBucketVersioningCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  type GetObjectCommandInput,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  ListObjectVersionsCommand,
  type NotificationConfiguration,
  PutBucketCorsCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  PutObjectTaggingCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { CreateTopicCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { awsClient } from '../../aws/client.ts';
import { contract } from './contract.ts';
import { FUNCTION_ARN, startMessagingEndpoint } from './messaging.ts';

const API = 'AmazonS3/latest/API/API_';
const GUIDE = 'AmazonS3/latest/userguide/';

let cloud: Awaited<ReturnType<typeof startMessagingEndpoint>>;
beforeAll(async () => {
  cloud = await startMessagingEndpoint();
});
afterAll(() => cloud.stop());

let created = 0;
async function createBucket(options: { isVersioned?: boolean } = {}): Promise<string> {
  created += 1;
  const Bucket = `bucket-${created}`;
  await cloud.s3.send(new CreateBucketCommand({ Bucket }));
  if (options.isVersioned) {
    const VersioningConfiguration = { Status: 'Enabled' } as const;
    await cloud.s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
  }
  return Bucket;
}

const put = (
  Bucket: string,
  Key: string,
  Body: string | Uint8Array = 'x',
  input: Partial<PutObjectCommandInput> = {},
) => cloud.s3.send(new PutObjectCommand({ Bucket, Key, Body, ...input }));
const get = (Bucket: string, Key: string, input: Partial<GetObjectCommandInput> = {}) =>
  cloud.s3.send(new GetObjectCommand({ Bucket, Key, ...input }));
const textOf = async (Bucket: string, Key: string, input: Partial<GetObjectCommandInput> = {}) =>
  (await get(Bucket, Key, input)).Body?.transformToString();
const head = (Bucket: string, Key: string) => cloud.s3.send(new HeadObjectCommand({ Bucket, Key }));
const remove = (Bucket: string, Key: string, VersionId?: string) =>
  cloud.s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
const list = (Bucket: string, input: Partial<ListObjectsV2CommandInput> = {}) =>
  cloud.s3.send(new ListObjectsV2Command({ Bucket, ...input }));
const keysIn = async (Bucket: string) => (await list(Bucket)).Contents?.map(({ Key }) => Key) ?? [];
const failsWith = (status: number, name?: string) => ({
  ...(name && { name }),
  $metadata: { httpStatusCode: status },
});

describe('a bucket', () => {
  contract(`${API}CreateBucket.html`, 'is created once and listed', async () => {
    const Bucket = await createBucket();
    const again = cloud.s3.send(new CreateBucketCommand({ Bucket }));
    await expect(again).rejects.toMatchObject(failsWith(409, 'BucketAlreadyOwnedByYou'));
    const { Buckets } = await cloud.s3.send(new ListBucketsCommand());
    expect(Buckets).toContainEqual({ Name: Bucket, CreationDate: expect.any(Date) });
    await cloud.s3.send(new HeadBucketCommand({ Bucket }));
    expect((await cloud.s3.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint).toBe(
      'eu-west-1',
    );
  });

  contract(`${GUIDE}bucketnamingrules.html`, 'is refused with a name that it must not have', async () => {
    for (const Bucket of ['ab', '192.168.5.4', 'a_b_c']) {
      const refused = cloud.s3.send(new CreateBucketCommand({ Bucket }));
      await expect(refused).rejects.toMatchObject(failsWith(400, 'InvalidBucketName'));
    }
  });

  contract(`${API}DeleteBucket.html`, 'is deleted only when nothing is in it', async () => {
    const Bucket = await createBucket();
    await put(Bucket, 'a');
    const deleted = () => cloud.s3.send(new DeleteBucketCommand({ Bucket }));
    await expect(deleted()).rejects.toMatchObject(failsWith(409, 'BucketNotEmpty'));
    await remove(Bucket, 'a');
    await deleted();
    await expect(list(Bucket)).rejects.toMatchObject(failsWith(404, 'NoSuchBucket'));
    await expect(cloud.s3.send(new HeadBucketCommand({ Bucket }))).rejects.toMatchObject(failsWith(404));
  });
});

describe('an object', () => {
  contract(`${API}PutObject.html`, 'is read as it was written, with its headers and metadata', async () => {
    const Bucket = await createBucket();
    const { ETag } = await put(Bucket, 'a', '{"a":1}', {
      ContentType: 'application/json',
      CacheControl: 'max-age=5',
      ContentDisposition: 'attachment',
      ContentEncoding: 'identity',
      ContentLanguage: 'de',
      Metadata: { colour: 'red' },
    });
    expect(ETag).toBe(`"${createHash('md5').update('{"a":1}').digest('hex')}"`);
    const expected = {
      ContentType: 'application/json',
      CacheControl: 'max-age=5',
      ContentDisposition: 'attachment',
      ContentEncoding: 'identity',
      ContentLanguage: 'de',
      Metadata: { colour: 'red' },
      ContentLength: 7,
      ETag,
    };
    const { Body, ...read } = await get(Bucket, 'a');
    expect(read).toMatchObject(expected);
    expect(await Body?.transformToString()).toBe('{"a":1}');
    expect(await head(Bucket, 'a')).toMatchObject(expected);
  });

  contract(`${API}GetObject.html`, 'is not found, and neither is its bucket', async () => {
    const Bucket = await createBucket();
    await expect(get(Bucket, 'none')).rejects.toMatchObject(failsWith(404, 'NoSuchKey'));
    await expect(get('no-such-bucket', 'none')).rejects.toMatchObject(failsWith(404, 'NoSuchBucket'));
    await expect(head(Bucket, 'none')).rejects.toMatchObject(failsWith(404, 'NotFound'));
  });

  contract(`${GUIDE}object-keys.html`, 'has any key of up to 1024 bytes', async () => {
    const Bucket = await createBucket();
    const keys = [
      'a b+c',
      '100% & <more>',
      '../up',
      'a/../b',
      './.',
      'grün/😀',
      'a//b/',
      'a%2Fb',
      "it's(*)!~",
      'x?y#z',
      'k'.repeat(1_024),
    ];
    for (const key of keys) await put(Bucket, key, key);
    for (const key of keys) expect(await textOf(Bucket, key)).toBe(key);
    expect((await keysIn(Bucket)).sort()).toEqual([...keys].sort());
    await expect(put(Bucket, 'k'.repeat(1_025))).rejects.toMatchObject(failsWith(400, 'KeyTooLongError'));
  });

  contract(`${API}PutObject.html`, 'may be empty, and is replaced as a whole', async () => {
    const Bucket = await createBucket();
    await put(Bucket, 'a', 'first', { Metadata: { colour: 'red' } });
    await put(Bucket, 'a', new Uint8Array());
    expect(await head(Bucket, 'a')).toMatchObject({ ContentLength: 0, Metadata: {} });
    expect(await textOf(Bucket, 'a')).toBe('');
  });

  contract(`${API}PutObject.html`, 'is written in one request of any size up to a limit', async () => {
    const Bucket = await createBucket();
    const body = Buffer.alloc(20 * 1024 * 1024, 'ab');
    await put(Bucket, 'large', body);
    const read = await (await get(Bucket, 'large')).Body?.transformToByteArray();
    expect(body.equals(read ?? Buffer.alloc(0))).toBe(true);
  });

  contract(
    `${GUIDE}checking-object-integrity.html`,
    'is refused when it is not what its checksum says',
    async () => {
      const Bucket = await createBucket();
      const wrong = { name: 'BadDigest' };
      await expect(put(Bucket, 'a', 'x', { ContentMD5: 'XrY7u+Ae7tCTyyK7j1rNww==' })).rejects.toMatchObject(
        wrong,
      );
      await expect(
        put(Bucket, 'a', 'x', { ChecksumSHA256: 'uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek=' }),
      ).rejects.toMatchObject(wrong);
      await expect(head(Bucket, 'a')).rejects.toMatchObject(failsWith(404));
      // The CRC-32 of "hello world", known from elsewhere: 0d4a1185.
      await put(Bucket, 'a', 'hello world', { ChecksumAlgorithm: 'CRC32' });
      const { ChecksumCRC32 } = await cloud.s3.send(
        new HeadObjectCommand({ Bucket, Key: 'a', ChecksumMode: 'ENABLED' }),
      );
      expect(Buffer.from(ChecksumCRC32 ?? '', 'base64').toString('hex')).toBe('0d4a1185');
    },
  );

  contract(`${API}GetObject.html`, 'is read in part by a range', async () => {
    const Bucket = await createBucket();
    await put(Bucket, 'a', '0123456789');
    const range = async (Range: string) => {
      const { ContentRange, Body } = await get(Bucket, 'a', { Range });
      return [ContentRange, await Body?.transformToString()];
    };
    expect(await range('bytes=2-4')).toEqual(['bytes 2-4/10', '234']);
    expect(await range('bytes=7-')).toEqual(['bytes 7-9/10', '789']);
    expect(await range('bytes=-2')).toEqual(['bytes 8-9/10', '89']);
    expect(await range('bytes=-20')).toEqual(['bytes 0-9/10', '0123456789']);
    expect(await range('bytes=8-99')).toEqual(['bytes 8-9/10', '89']);
    await expect(range('bytes=10-')).rejects.toMatchObject(failsWith(416, 'InvalidRange'));
  });

  contract(`${GUIDE}conditional-reads.html`, 'is read on conditions of its ETag', async () => {
    const Bucket = await createBucket();
    const { ETag } = await put(Bucket, 'a');
    expect(await textOf(Bucket, 'a', { IfMatch: ETag })).toBe('x');
    await expect(get(Bucket, 'a', { IfMatch: '"other"' })).rejects.toMatchObject(failsWith(412));
    await expect(get(Bucket, 'a', { IfNoneMatch: ETag })).rejects.toMatchObject(failsWith(304));
    expect(await textOf(Bucket, 'a', { IfNoneMatch: '"other"' })).toBe('x');
  });

  contract(
    `${GUIDE}conditional-reads.html`,
    'is read on conditions of the time in its Last-Modified',
    async () => {
      const Bucket = await createBucket();
      await put(Bucket, 'a');
      const { LastModified = new Date(0) } = await head(Bucket, 'a');
      const before = new Date(LastModified.getTime() - 1_000);
      expect(await textOf(Bucket, 'a', { IfUnmodifiedSince: LastModified })).toBe('x');
      await expect(get(Bucket, 'a', { IfUnmodifiedSince: before })).rejects.toMatchObject(failsWith(412));
      await expect(get(Bucket, 'a', { IfModifiedSince: LastModified })).rejects.toMatchObject(failsWith(304));
      expect(await textOf(Bucket, 'a', { IfModifiedSince: before })).toBe('x');
    },
  );

  contract(
    `${GUIDE}conditional-writes.html`,
    'is written only when there is none, or the one that is meant',
    async () => {
      const Bucket = await createBucket();
      const { ETag } = await put(Bucket, 'a', 'first', { IfNoneMatch: '*' });
      await expect(put(Bucket, 'a', 'second', { IfNoneMatch: '*' })).rejects.toMatchObject(
        failsWith(412, 'PreconditionFailed'),
      );
      await expect(put(Bucket, 'a', 'second', { IfMatch: '"other"' })).rejects.toMatchObject(
        failsWith(412, 'PreconditionFailed'),
      );
      await expect(put(Bucket, 'b', 'second', { IfMatch: ETag })).rejects.toMatchObject(
        failsWith(404, 'NoSuchKey'),
      );
      await put(Bucket, 'a', 'second', { IfMatch: ETag });
      expect(await textOf(Bucket, 'a')).toBe('second');
    },
  );

  contract(`${API}GetObject.html`, 'is answered with headers that the reader asks for', async () => {
    const Bucket = await createBucket();
    await put(Bucket, 'a');
    const answer = await get(Bucket, 'a', {
      ResponseContentType: 'text/csv',
      ResponseContentDisposition: 'attachment; filename="a.csv"',
    });
    expect(answer).toMatchObject({
      ContentType: 'text/csv',
      ContentDisposition: 'attachment; filename="a.csv"',
    });
  });

  contract(`${API}CopyObject.html`, 'is copied with its metadata, or with other', async () => {
    const Bucket = await createBucket();
    await put(Bucket, 'a b/ü', 'copied', { ContentType: 'text/plain', Metadata: { colour: 'red' } });
    const CopySource = encodeURIComponent(`${Bucket}/a b/ü`);
    await cloud.s3.send(new CopyObjectCommand({ Bucket, Key: 'same', CopySource }));
    expect(await get(Bucket, 'same')).toMatchObject({
      ContentType: 'text/plain',
      Metadata: { colour: 'red' },
    });
    await cloud.s3.send(
      new CopyObjectCommand({
        Bucket,
        Key: 'other',
        CopySource,
        MetadataDirective: 'REPLACE',
        Metadata: { size: 'l' },
      }),
    );
    expect(await head(Bucket, 'other')).toMatchObject({ Metadata: { size: 'l' } });
    expect(await textOf(Bucket, 'other')).toBe('copied');
    const onto = cloud.s3.send(new CopyObjectCommand({ Bucket, Key: 'same', CopySource: `${Bucket}/same` }));
    await expect(onto).rejects.toMatchObject(failsWith(400, 'InvalidRequest'));
    const none = cloud.s3.send(new CopyObjectCommand({ Bucket, Key: 'x', CopySource: `${Bucket}/none` }));
    await expect(none).rejects.toMatchObject(failsWith(404, 'NoSuchKey'));
    const CopySourceIfMatch = '"other"';
    const other = cloud.s3.send(new CopyObjectCommand({ Bucket, Key: 'x', CopySource, CopySourceIfMatch }));
    await expect(other).rejects.toMatchObject(failsWith(412, 'PreconditionFailed'));
  });

  contract(`${API}DeleteObjects.html`, 'is deleted with others, whether they exist or not', async () => {
    const Bucket = await createBucket();
    const keys = ['a&lt;b', '<ü>', 'a\rb'];
    for (const key of keys) await put(Bucket, key);
    const Objects = [...keys, 'none'].map((Key) => ({ Key }));
    const { Deleted, Errors } = await cloud.s3.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects } }),
    );
    expect([Deleted?.map(({ Key }) => Key), Errors]).toEqual([[...keys, 'none'], undefined]);
    expect(await keysIn(Bucket)).toEqual([]);
    const tooMany = Array.from({ length: 1_001 }, () => ({ Key: 'a' }));
    const refused = cloud.s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: tooMany } }));
    await expect(refused).rejects.toMatchObject(failsWith(400, 'MalformedXML'));
  });

  contract(`${API}GetObjectAttributes.html`, 'has attributes', async () => {
    const Bucket = await createBucket();
    await put(Bucket, 'a', 'hello');
    const command = new GetObjectAttributesCommand({
      Bucket,
      Key: 'a',
      ObjectAttributes: ['ETag', 'ObjectSize'],
    });
    expect(await cloud.s3.send(command)).toMatchObject({
      ETag: '5d41402abc4b2a76b9719d911017c592',
      ObjectSize: 5,
    });
  });
});

describe('a listing', () => {
  contract(`${API}ListObjectsV2.html`, 'is in the order of the bytes of the keys', async () => {
    const Bucket = await createBucket();
    const keys = ['B', 'a', 'Z', '_', 'ä', '😀', '￿', 'a-b', 'aB'];
    for (const key of keys) await put(Bucket, key);
    expect(await keysIn(Bucket)).toEqual(['B', 'Z', '_', 'a', 'a-b', 'aB', 'ä', '￿', '😀']);
  });

  contract(`${API}ListObjectsV2.html`, 'comes in pages, also of common prefixes', async () => {
    const Bucket = await createBucket();
    for (const key of ['a', 'b/1', 'b/2', 'c', 'd/1', 'd/2', 'e']) await put(Bucket, key);
    const pages: (string | undefined)[][] = [];
    for (
      let ContinuationToken: string | undefined, isFirst = true;
      isFirst || ContinuationToken;
      isFirst = false
    ) {
      const page = await list(Bucket, { Delimiter: '/', MaxKeys: 2, ContinuationToken });
      pages.push([
        ...(page.Contents ?? []).map(({ Key }) => Key),
        ...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix),
      ]);
      expect([page.KeyCount, page.IsTruncated]).toEqual([
        pages.at(-1)?.length,
        page.NextContinuationToken !== undefined,
      ]);
      ContinuationToken = page.NextContinuationToken;
    }
    expect(pages).toEqual([['a', 'b/'], ['c', 'd/'], ['e']]);
  });

  contract(`${API}ListObjectsV2.html`, 'begins after a key, and has what begins with a prefix', async () => {
    const Bucket = await createBucket();
    for (const key of ['p/a', 'p/b', 'p/c', 'q']) await put(Bucket, key);
    expect((await list(Bucket, { Prefix: 'p/', StartAfter: 'p/a' })).Contents?.map(({ Key }) => Key)).toEqual(
      ['p/b', 'p/c'],
    );
    expect(await list(Bucket, { MaxKeys: 0 })).toMatchObject({ KeyCount: 0, IsTruncated: false });
    expect(await list(Bucket, { Prefix: 'p/', Delimiter: '/' })).toMatchObject({ KeyCount: 3, Prefix: 'p/' });
  });

  contract(`${API}ListObjects.html`, 'has its older form, too', async () => {
    const Bucket = await createBucket();
    for (const key of ['a/1', 'a/2', 'b', 'c/1']) await put(Bucket, key);
    const page = (Marker?: string) =>
      cloud.s3.send(new ListObjectsCommand({ Bucket, Delimiter: '/', MaxKeys: 1, Marker }));
    const first = await page();
    expect([first.CommonPrefixes, first.NextMarker]).toEqual([[{ Prefix: 'a/' }], 'a/']);
    expect((await page(first.NextMarker)).Contents?.map(({ Key }) => Key)).toEqual(['b']);
  });

  contract(`${API}ListObjectsV2.html`, 'encodes keys when it is asked to', async () => {
    const Bucket = await createBucket();
    await put(Bucket, 'a b/ü\u0001');
    const { Contents, EncodingType } = await list(Bucket, { EncodingType: 'url' });
    expect([Contents?.[0]?.Key, EncodingType]).toEqual(['a%20b/%C3%BC%01', 'url']);
  });
});

describe('an upload in parts', () => {
  const part = (letter: string) => Buffer.alloc(5 * 1024 * 1024, letter);
  const begin = async (Bucket: string, Key: string) =>
    (await cloud.s3.send(new CreateMultipartUploadCommand({ Bucket, Key, Metadata: { colour: 'red' } })))
      .UploadId;

  contract(`${GUIDE}mpuoverview.html`, 'becomes one object, with an ETag of its parts', async () => {
    const Bucket = await createBucket();
    const upload = { Bucket, Key: 'large', UploadId: await begin(Bucket, 'large') };
    const bodies = [part('a'), part('b'), Buffer.from('end')];
    const Parts: CompletedPart[] = [];
    for (const [index, Body] of bodies.entries()) {
      const PartNumber = index + 1;
      const { ETag } = await cloud.s3.send(new UploadPartCommand({ ...upload, PartNumber, Body }));
      Parts.push({ PartNumber, ETag });
    }
    await expect(head(Bucket, 'large')).rejects.toMatchObject(failsWith(404));
    const { ETag } = await cloud.s3.send(
      new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }),
    );
    const digests = bodies.map((body) => createHash('md5').update(body).digest());
    expect(ETag).toBe(`"${createHash('md5').update(Buffer.concat(digests)).digest('hex')}-3"`);
    expect(await head(Bucket, 'large')).toMatchObject({
      ContentLength: 10_485_763,
      Metadata: { colour: 'red' },
    });
    expect(await textOf(Bucket, 'large', { Range: 'bytes=10485759-' })).toBe('bend');
  });

  contract(
    `${API}CompleteMultipartUpload.html`,
    'is refused with parts that are unknown, too small or in disorder',
    async () => {
      const Bucket = await createBucket();
      const upload = { Bucket, Key: 'a', UploadId: await begin(Bucket, 'a') };
      const Parts: CompletedPart[] = [];
      for (const PartNumber of [1, 2]) {
        const { ETag } = await cloud.s3.send(new UploadPartCommand({ ...upload, PartNumber, Body: 'small' }));
        Parts.push({ PartNumber, ETag });
      }
      const complete = (parts: typeof Parts, input: object = {}) =>
        cloud.s3.send(
          new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: parts }, ...input }),
        );
      await expect(complete(Parts)).rejects.toMatchObject({ name: 'EntityTooSmall' });
      await expect(complete([...Parts].reverse())).rejects.toMatchObject({ name: 'InvalidPartOrder' });
      await expect(complete([{ PartNumber: 3, ETag: '"x"' }])).rejects.toMatchObject({ name: 'InvalidPart' });
      await expect(complete(Parts, { Key: 'b' })).rejects.toMatchObject({ name: 'NoSuchUpload' });
      const elsewhere = cloud.s3.send(
        new UploadPartCommand({ ...upload, Key: 'b', PartNumber: 1, Body: 'x' }),
      );
      await expect(elsewhere).rejects.toMatchObject({ name: 'NoSuchUpload' });
      const tenThousandOne = new UploadPartCommand({ ...upload, PartNumber: 10_001, Body: 'x' });
      await expect(cloud.s3.send(tenThousandOne)).rejects.toMatchObject({ name: 'InvalidArgument' });
      await cloud.s3.send(new AbortMultipartUploadCommand(upload));
      await expect(complete(Parts)).rejects.toMatchObject({ name: 'NoSuchUpload' });
      const late = cloud.s3.send(new UploadPartCommand({ ...upload, PartNumber: 1, Body: 'x' }));
      await expect(late).rejects.toMatchObject({ name: 'NoSuchUpload' });
    },
  );

  contract(
    `${API}ListMultipartUploads.html`,
    'is listed while it is not complete, in pages by key and age, also to who aborts each page',
    async () => {
      const Bucket = await createBucket();
      const begun = new Date();
      const first = await begin(Bucket, 'logs/b');
      const second = await begin(Bucket, 'logs/b');
      const third = await begin(Bucket, 'logs/c');
      await begin(Bucket, 'other');
      await begin(await createBucket(), 'logs/a');
      const list = async (input: object) => {
        const command = new ListMultipartUploadsCommand({ Bucket, Prefix: 'logs/', MaxUploads: 1, ...input });
        const { Uploads = [], IsTruncated, NextKeyMarker, NextUploadIdMarker } = await cloud.s3.send(command);
        const { Key, UploadId, Initiated } = Uploads[0] ?? {};
        expect(Initiated?.getTime()).toBeGreaterThanOrEqual(begun.getTime());
        expect(Uploads).toHaveLength(1);
        const next = { KeyMarker: NextKeyMarker, UploadIdMarker: NextUploadIdMarker };
        return { Key, UploadId, IsTruncated, next };
      };
      const page = await list({});
      expect(page).toMatchObject({ Key: 'logs/b', UploadId: first, IsTruncated: true });
      expect(await list(page.next)).toMatchObject({ Key: 'logs/b', UploadId: second, IsTruncated: true });
      expect(await list({ KeyMarker: 'logs/b' })).toMatchObject({ UploadId: third, IsTruncated: false });
      await cloud.s3.send(new AbortMultipartUploadCommand({ Bucket, Key: 'logs/b', UploadId: first }));
      const rest = await list(page.next);
      expect(rest).toMatchObject({ UploadId: second });
      expect(await list(rest.next)).toMatchObject({ Key: 'logs/c', UploadId: third, IsTruncated: false });
    },
  );

  contract(`${API}UploadPartCopy.html`, 'takes a part from another object', async () => {
    const Bucket = await createBucket();
    await put(Bucket, 'source', Buffer.concat([part('a'), Buffer.from('tail')]));
    const upload = { Bucket, Key: 'b', UploadId: await begin(Bucket, 'b') };
    const copy = new UploadPartCopyCommand({
      ...upload,
      PartNumber: 1,
      CopySource: `${Bucket}/source`,
      CopySourceRange: 'bytes=5242878-5242882',
    });
    const ETag = (await cloud.s3.send(copy)).CopyPartResult?.ETag;
    await cloud.s3.send(
      new CompleteMultipartUploadCommand({
        ...upload,
        MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] },
      }),
    );
    expect(await textOf(Bucket, 'b')).toBe('aatai');
  });
});

describe('a bucket with versions', () => {
  contract(`${GUIDE}Versioning.html`, 'keeps every version of an object', async () => {
    const Bucket = await createBucket();
    await put(Bucket, 'a', 'before');
    expect((await cloud.s3.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBeUndefined();
    await cloud.s3.send(
      new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }),
    );
    expect((await cloud.s3.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBe('Enabled');
    const first = (await put(Bucket, 'a', 'first')).VersionId;
    const second = (await put(Bucket, 'a', 'second')).VersionId;
    expect(new Set(['null', first, second]).size).toBe(3);
    expect(await textOf(Bucket, 'a')).toBe('second');
    expect(await textOf(Bucket, 'a', { VersionId: first })).toBe('first');
    expect(await textOf(Bucket, 'a', { VersionId: 'null' })).toBe('before');
    expect((await get(Bucket, 'a')).VersionId).toBe(second);
    await expect(get(Bucket, 'a', { VersionId: 'none' })).rejects.toMatchObject(
      failsWith(404, 'NoSuchVersion'),
    );
  });

  contract(
    `${GUIDE}DeleteMarker.html`,
    'hides a deleted object behind a marker, which can be deleted',
    async () => {
      const Bucket = await createBucket({ isVersioned: true });
      const { VersionId: written } = await put(Bucket, 'a', 'kept');
      const marker = await remove(Bucket, 'a');
      expect(marker).toMatchObject({ DeleteMarker: true, VersionId: expect.any(String) });
      await expect(get(Bucket, 'a')).rejects.toMatchObject(failsWith(404, 'NoSuchKey'));
      await expect(get(Bucket, 'a', { VersionId: marker.VersionId })).rejects.toMatchObject(
        failsWith(405, 'MethodNotAllowed'),
      );
      expect(await keysIn(Bucket)).toEqual([]);
      expect(await textOf(Bucket, 'a', { VersionId: written })).toBe('kept');
      expect(await remove(Bucket, 'a', marker.VersionId)).toMatchObject({
        DeleteMarker: true,
        VersionId: marker.VersionId,
      });
      expect(await textOf(Bucket, 'a')).toBe('kept');
    },
  );

  contract(
    `${GUIDE}DeletingObjectVersions.html`,
    'deletes one version for good, and shows the one before',
    async () => {
      const Bucket = await createBucket({ isVersioned: true });
      await put(Bucket, 'a', 'first');
      const { VersionId } = await put(Bucket, 'a', 'second');
      expect((await remove(Bucket, 'a', VersionId)).DeleteMarker).toBeUndefined();
      expect(await textOf(Bucket, 'a')).toBe('first');
      const { Deleted } = await cloud.s3.send(
        new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'a' }] } }),
      );
      expect(Deleted).toEqual([{ Key: 'a', DeleteMarker: true, DeleteMarkerVersionId: expect.any(String) }]);
      await expect(cloud.s3.send(new DeleteBucketCommand({ Bucket }))).rejects.toMatchObject({
        name: 'BucketNotEmpty',
      });
    },
  );

  contract(
    `${API}ListObjectVersions.html`,
    'lists versions and markers from the newest, in pages',
    async () => {
      const Bucket = await createBucket({ isVersioned: true });
      const a1 = (await put(Bucket, 'a', '1')).VersionId;
      const a2 = (await put(Bucket, 'a', '22')).VersionId;
      const marker = (await remove(Bucket, 'a')).VersionId;
      const b = (await put(Bucket, 'b')).VersionId;
      const first = await cloud.s3.send(new ListObjectVersionsCommand({ Bucket, MaxKeys: 2 }));
      expect(first.DeleteMarkers?.map(({ VersionId, IsLatest }) => [VersionId, IsLatest])).toEqual([
        [marker, true],
      ]);
      expect(
        first.Versions?.map(({ Key, VersionId, IsLatest, Size }) => [Key, VersionId, IsLatest, Size]),
      ).toEqual([['a', a2, false, 2]]);
      const { NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = first;
      const rest = await cloud.s3.send(new ListObjectVersionsCommand({ Bucket, KeyMarker, VersionIdMarker }));
      expect(rest.Versions?.map(({ VersionId }) => VersionId)).toEqual([a1, b]);
    },
  );

  contract(`${API}CopyObject.html`, 'copies a version, which is a way to bring it back', async () => {
    const Bucket = await createBucket({ isVersioned: true });
    const { VersionId } = await put(Bucket, 'a', 'first');
    await put(Bucket, 'a', 'second');
    const copied = await cloud.s3.send(
      new CopyObjectCommand({ Bucket, Key: 'a', CopySource: `${Bucket}/a?versionId=${VersionId}` }),
    );
    expect(copied).toMatchObject({ CopySourceVersionId: VersionId, VersionId: expect.any(String) });
    expect(await textOf(Bucket, 'a')).toBe('first');
  });

  contract(`${API}PutBucketVersioning.html`, 'is not suspended, nor guarded by a second factor', async () => {
    const Bucket = await createBucket({ isVersioned: true });
    const suspended = cloud.s3.send(
      new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Suspended' } }),
    );
    await expect(suspended).rejects.toThrow(
      'does not emulate s3 (PutBucketVersioning with Status Suspended)',
    );
    const VersioningConfiguration = { Status: 'Enabled', MFADelete: 'Disabled' } as const;
    const guarded = cloud.s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
    await expect(guarded).rejects.toThrow('does not emulate s3 (MfaDelete)');
  });
});

describe('a notification', () => {
  const configure = (Bucket: string, configuration: NotificationConfiguration) =>
    cloud.s3.send(
      new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration: configuration }),
    );
  interface S3Record {
    readonly eventName: string;
    readonly s3: { readonly object: Record<string, unknown> & { readonly sequencer: string } };
  }
  const records = (Bucket: string) =>
    cloud.invocations
      .flatMap((event) => event.Records as (S3Record & { s3: { bucket: { name: string } } })[])
      .filter(({ s3 }) => s3?.bucket?.name === Bucket);

  contract(
    `${GUIDE}notification-content-structure.html`,
    'tells a function of each object that is created',
    async () => {
      const Bucket = await createBucket();
      await configure(Bucket, {
        LambdaFunctionConfigurations: [
          { Id: 'made', LambdaFunctionArn: FUNCTION_ARN, Events: ['s3:ObjectCreated:*'] },
        ],
      });
      await put(Bucket, 'red flower/ü.jpg', 'hello');
      await cloud.s3.send(
        new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/red%20flower/%C3%BC.jpg` }),
      );
      await remove(Bucket, 'copy');
      const [first, second, ...more] = records(Bucket);
      expect(first).toEqual({
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: 'eu-west-1',
        eventTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        eventName: 'ObjectCreated:Put',
        userIdentity: { principalId: expect.any(String) },
        requestParameters: { sourceIPAddress: '127.0.0.1' },
        responseElements: { 'x-amz-request-id': expect.any(String), 'x-amz-id-2': expect.any(String) },
        s3: {
          s3SchemaVersion: '1.0',
          configurationId: 'made',
          bucket: {
            name: Bucket,
            ownerIdentity: { principalId: expect.any(String) },
            arn: `arn:aws:s3:::${Bucket}`,
          },
          object: {
            key: 'red+flower/%C3%BC.jpg',
            size: 5,
            eTag: '5d41402abc4b2a76b9719d911017c592',
            sequencer: expect.stringMatching(/^[\dA-F]+$/),
          },
        },
      });
      expect([second?.eventName, second?.s3.object.key, more]).toEqual(['ObjectCreated:Copy', 'copy', []]);
      expect(second?.s3.object.sequencer.localeCompare(first?.s3.object.sequencer ?? '')).toBe(1);
    },
  );

  contract(
    `${GUIDE}notification-how-to-filtering.html`,
    'is filtered by prefix and suffix of the key',
    async () => {
      const Bucket = await createBucket();
      const FilterRules = [
        { Name: 'prefix', Value: 'images/' },
        { Name: 'suffix', Value: '.jpg' },
      ] as const;
      await configure(Bucket, {
        LambdaFunctionConfigurations: [
          {
            LambdaFunctionArn: FUNCTION_ARN,
            Events: ['s3:ObjectCreated:Put'],
            Filter: { Key: { FilterRules: [...FilterRules] } },
          },
        ],
      });
      for (const key of ['images/a.jpg', 'images/a.png', 'a.jpg']) await put(Bucket, key);
      expect(records(Bucket).map(({ s3 }) => s3.object.key)).toEqual(['images/a.jpg']);
    },
  );

  contract(
    `${GUIDE}notification-how-to-event-types-and-destinations.html`,
    'tells of deletions, of each key in a batch',
    async () => {
      const Bucket = await createBucket({ isVersioned: true });
      await configure(Bucket, {
        LambdaFunctionConfigurations: [{ LambdaFunctionArn: FUNCTION_ARN, Events: ['s3:ObjectRemoved:*'] }],
      });
      const { VersionId } = await put(Bucket, 'a');
      await put(Bucket, 'b');
      await cloud.s3.send(
        new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'a' }, { Key: 'b' }] } }),
      );
      await remove(Bucket, 'a', VersionId);
      expect(records(Bucket).map(({ eventName, s3 }) => [eventName, s3.object.key])).toEqual([
        ['ObjectRemoved:DeleteMarkerCreated', 'a'],
        ['ObjectRemoved:DeleteMarkerCreated', 'b'],
        ['ObjectRemoved:Delete', 'a'],
      ]);
      expect(records(Bucket).at(-1)?.s3.object.versionId).toBe(VersionId);
    },
  );

  contract(
    `${GUIDE}notification-how-to-event-types-and-destinations.html`,
    'goes to queues and topics, too',
    async () => {
      const Bucket = await createBucket();
      await cloud.sqs.send(new CreateQueueCommand({ QueueName: 'uploads' }));
      const { TopicArn = '' } = await cloud.sns.send(new CreateTopicCommand({ Name: 'uploads' }));
      const QueueArn = 'arn:aws:sqs:eu-west-1:000000000000:uploads';
      await cloud.sns.send(
        new SubscribeCommand({
          TopicArn,
          Protocol: 'sqs',
          Endpoint: QueueArn,
          Attributes: { RawMessageDelivery: 'true' },
        }),
      );
      const Events = ['s3:ObjectCreated:CompleteMultipartUpload', 's3:ObjectCreated:Put'] as const;
      await configure(Bucket, {
        QueueConfigurations: [{ QueueArn, Events: [...Events] }],
        TopicConfigurations: [{ TopicArn, Events: [...Events] }],
      });
      await put(Bucket, 'a');
      const QueueUrl = `${cloud.url}/000000000000/uploads`;
      const { Messages } = await cloud.sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
      );
      const keys = Messages?.map(({ Body = '' }) => JSON.parse(Body).Records[0].s3.object.key);
      expect(keys).toEqual(['a', 'a']);
    },
  );

  contract(`${GUIDE}ev-events.html`, 'goes to EventBridge with every change', async () => {
    const Bucket = await createBucket({ isVersioned: true });
    await configure(Bucket, { EventBridgeConfiguration: {} });
    const { VersionId } = await put(Bucket, 'a b', 'hello');
    await remove(Bucket, 'a b');
    const [made, deleted] = cloud.events.filter(
      ({ resources }) => resources?.[0] === `arn:aws:s3:::${Bucket}`,
    );
    expect([made?.source, made?.detailType, deleted?.detailType]).toEqual([
      'aws.s3',
      'Object Created',
      'Object Deleted',
    ]);
    expect(made?.detail).toEqual({
      version: '0',
      bucket: { name: Bucket },
      object: {
        key: 'a b',
        size: 5,
        etag: '5d41402abc4b2a76b9719d911017c592',
        'version-id': VersionId,
        sequencer: expect.stringMatching(/^[\dA-F]+$/),
      },
      'request-id': expect.any(String),
      requester: expect.any(String),
      'source-ip-address': '127.0.0.1',
      reason: 'PutObject',
    });
    expect(deleted?.detail).toMatchObject({
      reason: 'DeleteObject',
      'deletion-type': 'Delete Marker Created',
    });
  });

  contract(
    `${API}PutBucketNotificationConfiguration.html`,
    'is configured and read back, for destinations that exist',
    async () => {
      const Bucket = await createBucket();
      const LambdaFunctionConfigurations = [
        {
          Id: 'one',
          LambdaFunctionArn: FUNCTION_ARN,
          Events: ['s3:ObjectCreated:*'] as 's3:ObjectCreated:*'[],
        },
      ];
      await configure(Bucket, { LambdaFunctionConfigurations });
      expect(await cloud.s3.send(new GetBucketNotificationConfigurationCommand({ Bucket }))).toMatchObject({
        LambdaFunctionConfigurations,
      });
      const QueueArn = 'arn:aws:sqs:eu-west-1:000000000000:none';
      const none = configure(Bucket, { QueueConfigurations: [{ QueueArn, Events: ['s3:ObjectCreated:*'] }] });
      await expect(none).rejects.toMatchObject(failsWith(400, 'InvalidArgument'));
      const restored = configure(Bucket, {
        LambdaFunctionConfigurations: [{ LambdaFunctionArn: FUNCTION_ARN, Events: ['s3:ObjectRestore:*'] }],
      });
      await expect(restored).rejects.toThrow('does not emulate s3 (notifications of s3:ObjectRestore:*)');
    },
  );
});

function presigned(path: string, seconds: number, signedAt = new Date()): string {
  const time = `${signedAt.toISOString().replace(/[-:]|\.\d+/g, '')}`;
  const parameters = new URLSearchParams({
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `test/${time.slice(0, 8)}/eu-west-1/s3/aws4_request`,
    'X-Amz-Date': time,
    'X-Amz-Expires': String(seconds),
    'X-Amz-SignedHeaders': 'host',
    'X-Amz-Signature': 'a'.repeat(64),
    'x-id': 'PutObject',
  });
  return `${cloud.url}${path}?${parameters}`;
}

describe('a page of another origin', () => {
  const SHOP = 'https://shop.example';
  const forShop: CORSRule = {
    AllowedOrigins: [SHOP],
    AllowedMethods: ['PUT', 'HEAD'],
    AllowedHeaders: ['Content-Type', 'x-amz-meta-*'],
    ExposeHeaders: ['ETag'],
    MaxAgeSeconds: 600,
  };
  const configure = (Bucket: string, ...CORSRules: CORSRule[]) =>
    cloud.s3.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules } }));
  async function ask(method: string, Bucket: string, headers: Record<string, string>) {
    const body = method === 'PUT' ? { body: 'x' } : {};
    const response = await fetch(presigned(`/${Bucket}/a`, 60), { method, headers, ...body });
    const answered = [...response.headers].filter(([name]) => name.startsWith('access-control-'));
    return { status: response.status, headers: Object.fromEntries(answered), text: await response.text() };
  }
  const preflight = (Bucket: string, origin: string, method: string, headers = '') =>
    ask('OPTIONS', Bucket, {
      origin,
      'access-control-request-method': method,
      ...(headers && { 'access-control-request-headers': headers }),
    });
  const NOT_ALLOWED = {
    status: 403,
    headers: {},
    text: expect.stringContaining('<Code>AccessForbidden</Code>'),
  };

  contract(
    `AmazonS3/latest/API/RESTOPTIONSobject.html`,
    'learns from a preflight what it may send',
    async () => {
      const Bucket = await createBucket();
      await configure(Bucket, forShop);
      expect(await preflight(Bucket, SHOP, 'PUT', 'content-type, x-amz-meta-colour')).toEqual({
        status: 200,
        headers: {
          'access-control-allow-origin': SHOP,
          'access-control-allow-methods': 'PUT, HEAD',
          'access-control-allow-headers': 'content-type, x-amz-meta-colour',
          'access-control-expose-headers': 'ETag',
          'access-control-max-age': '600',
        },
        text: '',
      });
    },
  );

  contract(
    `${GUIDE}cors-troubleshooting.html`,
    'is refused another origin, method or header, and every one where there is no rule',
    async () => {
      const Bucket = await createBucket();
      expect(await preflight(Bucket, SHOP, 'PUT')).toMatchObject({
        status: 403,
        text: expect.stringContaining('CORSResponse: CORS is not enabled for this bucket.'),
      });
      await configure(Bucket, forShop);
      expect(await preflight(Bucket, `${SHOP}.evil`, 'PUT')).toEqual(NOT_ALLOWED);
      expect(await preflight(Bucket, SHOP, 'DELETE')).toEqual(NOT_ALLOWED);
      expect(await preflight(Bucket, SHOP, 'PUT', 'content-type,content-encoding')).toEqual(NOT_ALLOWED);
      expect(await ask('OPTIONS', Bucket, { origin: SHOP })).toMatchObject({ status: 400 });
    },
  );

  contract(`${GUIDE}cors.html`, 'is let in by the first rule that matches all of its request', async () => {
    const Bucket = await createBucket();
    const allowedOrigin = async (origin: string, method: string) =>
      (await preflight(Bucket, origin, method)).headers['access-control-allow-origin'];
    await configure(
      Bucket,
      { AllowedOrigins: ['https://*.example'], AllowedMethods: ['PUT'] },
      { AllowedOrigins: ['*'], AllowedMethods: ['GET', 'PUT'] },
    );
    expect(await allowedOrigin(SHOP, 'PUT')).toBe(SHOP);
    expect(await allowedOrigin(SHOP, 'GET')).toBe('*');
    expect(await allowedOrigin('https://elsewhere.test', 'PUT')).toBe('*');
  });

  contract(`${GUIDE}cors.html`, 'may read the answer to its request, also when that is refused', async () => {
    const Bucket = await createBucket();
    await configure(Bucket, forShop);
    const readable = {
      'access-control-allow-origin': SHOP,
      'access-control-allow-methods': 'PUT, HEAD',
      'access-control-expose-headers': 'ETag',
      'access-control-max-age': '600',
    };
    expect(await ask('PUT', Bucket, { origin: SHOP })).toMatchObject({ status: 200, headers: readable });
    expect(await ask('PUT', Bucket, { origin: SHOP, 'if-none-match': '*' })).toMatchObject({
      status: 412,
      headers: readable,
    });
    expect(await ask('PUT', Bucket, { origin: 'https://elsewhere.test' })).toMatchObject({
      status: 200,
      headers: {},
    });
    expect(await ask('PUT', Bucket, {})).toMatchObject({ status: 200, headers: {} });
  });

  contract(`${API}PutBucketCors.html`, 'has rules that are read back and deleted', async () => {
    const Bucket = await createBucket();
    const read = () => cloud.s3.send(new GetBucketCorsCommand({ Bucket }));
    await expect(read()).rejects.toMatchObject(failsWith(404, 'NoSuchCORSConfiguration'));
    await configure(Bucket, forShop);
    expect((await read()).CORSRules).toEqual([forShop]);
    await cloud.s3.send(new DeleteBucketCorsCommand({ Bucket }));
    await expect(read()).rejects.toMatchObject(failsWith(404, 'NoSuchCORSConfiguration'));
    expect(await preflight(Bucket, SHOP, 'PUT')).toEqual(NOT_ALLOWED);
  });

  contract(`${GUIDE}ManageCorsUsing.html`, 'has no rule that S3 would not take', async () => {
    const Bucket = await createBucket();
    const refused: [error: string, rules: CORSRule[]][] = [
      ['InvalidRequest', [{ ...forShop, AllowedMethods: ['PATCH'] }]],
      ['InvalidRequest', [{ ...forShop, AllowedOrigins: ['http://*.*'] }]],
      ['MalformedXML', [{ ...forShop, AllowedOrigins: [] }]],
      ['MalformedXML', Array(101).fill(forShop)],
    ];
    for (const [error, rules] of refused) {
      await expect(configure(Bucket, ...rules)).rejects.toMatchObject(failsWith(400, error));
    }
    await configure(Bucket, ...Array(100).fill(forShop));
  });
});

describe('a presigned URL', () => {
  contract(
    `${GUIDE}PresignedUrlUploadObject.html`,
    'writes and reads without a signature in a header',
    async () => {
      const Bucket = await createBucket();
      const written = await fetch(presigned(`/${Bucket}/a%20b`, 60), {
        method: 'PUT',
        body: 'form=data',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      });
      expect(written.status).toBe(200);
      const read = await fetch(presigned(`/${Bucket}/a%20b`, 60));
      expect([read.headers.get('content-type'), await read.text()]).toEqual([
        'application/x-www-form-urlencoded',
        'form=data',
      ]);
    },
  );

  contract(`${GUIDE}using-presigned-url.html`, 'is of no use when its time is over', async () => {
    const Bucket = await createBucket();
    const late = await fetch(presigned(`/${Bucket}/a`, 60, new Date(Date.now() - 61_000)), {
      method: 'PUT',
      body: 'x',
    });
    expect([late.status, await late.text()]).toEqual([
      403,
      expect.stringContaining('<Code>AccessDenied</Code><Message>Request has expired</Message>'),
    ]);
  });
});

describe('what is not emulated', () => {
  contract(`${API}PutObjectTagging.html`, 'is refused by its name, and does nothing else', async () => {
    const Bucket = await createBucket();
    await put(Bucket, 'a', 'untouched');
    const tagged = cloud.s3.send(new PutObjectTaggingCommand({ Bucket, Key: 'a', Tagging: { TagSet: [] } }));
    await expect(tagged).rejects.toMatchObject({
      ...failsWith(501, 'NotImplemented'),
      message: 'The local cloud does not emulate s3 (PutObjectTagging).',
    });
    expect(await textOf(Bucket, 'a')).toBe('untouched');
    await expect(put(Bucket, 'b', 'x', { Tagging: 'a=b' })).rejects.toThrow(
      's3 (PutObject with x-amz-tagging)',
    );
    const acl = await awsClient(cloud.url, 'eu-west-1').rest('s3', 'GET', `/${Bucket}?acl`);
    expect([acl.status, await acl.text()]).toEqual([501, expect.stringContaining('s3 (GetBucketAcl)')]);
  });
});
