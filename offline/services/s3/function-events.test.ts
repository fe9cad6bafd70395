import { describe, expect, it } from '@jest/globals';
import { bucketEventResources } from './function-events.ts';

const target = { key: 'resize', arn: 'arn:aws:lambda:eu-west-1:000000000000:function:shop-dev-resize' };

describe('an s3 event', () => {
  it('makes a bucket of a name, and a notification of every object that is created', () => {
    expect(bucketEventResources(target, [{ s3: 'shop-images' }, { httpApi: '*' }])).toEqual([
      { logicalId: 'S3BucketShopimages', type: 'AWS::S3::Bucket', properties: { BucketName: 'shop-images' } },
      {
        logicalId: 'ResizeCustomS3Shopimages',
        type: 'Custom::S3',
        properties: {
          BucketName: 'shop-images',
          LambdaConfigurations: [{ Event: 's3:ObjectCreated:*', Function: target.arn }],
        },
      },
    ]);
  });

  it('makes notifications only, with their rules, for a bucket that exists', () => {
    const removed = {
      bucket: 'images',
      existing: true,
      event: 's3:ObjectRemoved:*',
      rules: [{ prefix: 'a/' }, { suffix: '.jpg' }],
    };
    expect(
      bucketEventResources(target, [{ s3: { bucket: 'images', existing: true } }, { s3: removed }]),
    ).toMatchObject([
      {
        type: 'Custom::S3',
        properties: {
          LambdaConfigurations: [
            { Event: 's3:ObjectCreated:*' },
            {
              Event: 's3:ObjectRemoved:*',
              Filter: {
                S3Key: {
                  Rules: [
                    { Name: 'prefix', Value: 'a/' },
                    { Name: 'suffix', Value: '.jpg' },
                  ],
                },
              },
            },
          ],
        },
      },
    ]);
  });

  it('gives its bucket the name and the properties that the provider declares for it', () => {
    const provider = { images: { name: 'shop-dev-images', versioningConfiguration: { Status: 'Enabled' } } };
    const [bucket] = bucketEventResources(target, [{ s3: 'images' }], provider);
    expect(bucket).toEqual({
      logicalId: 'S3BucketImages',
      type: 'AWS::S3::Bucket',
      properties: { BucketName: 'shop-dev-images', VersioningConfiguration: { Status: 'Enabled' } },
    });
  });

  it('is refused by the name of a property that is not supported', () => {
    expect(() => bucketEventResources(target, [{ s3: { bucket: 'a', rules: [{ contains: 'b' }] } }])).toThrow(
      'function resize: s3: rules.0',
    );
    expect(() => bucketEventResources(target, [{ s3: { bucket: 'a', when: 'b' } }])).toThrow(
      'function resize: s3: the local cloud does not support when.',
    );
  });
});
