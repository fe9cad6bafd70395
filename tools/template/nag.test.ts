import { expect, it } from '@jest/globals';
import { nagFindings } from './nag.ts';

it('finds what the packs of cdk-nag find, with the details of a finding apart from its rule', () => {
  const found = nagFindings({
    Resources: {
      Uploads: { Type: 'AWS::S3::Bucket' },
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: {
          AssumeRolePolicyDocument: {},
          Policies: [
            {
              PolicyName: 'all',
              PolicyDocument: {
                Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: 'arn:aws:s3:::uploads' }],
              },
            },
          ],
        },
      },
    },
  });
  expect(found).toEqual(
    expect.arrayContaining([
      {
        rule: 'AwsSolutions-S1',
        resource: 'Uploads',
        says: 'The S3 Bucket has server access logs disabled.',
      },
      { rule: 'AwsSolutions-IAM5', resource: 'Role', says: 'Action::s3:*' },
    ]),
  );
});
