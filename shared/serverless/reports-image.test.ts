import { expect, it } from '@jest/globals';
import reportsImage from './reports-image.cjs';

const repositoryOf = async (uri: string) => {
  const { repositoryArn } = await reportsImage({ options: {}, resolveVariable: async () => uri });
  return repositoryArn['Fn::Sub'];
};
const REGISTRY = '123456789012.dkr.ecr.eu-central-1.amazonaws.com';

it.each([
  ['by its digest', `${REGISTRY}/shop/reports@sha256:${'0f'.repeat(32)}`, 'shop/reports'],
  ['by a tag', `${REGISTRY}/reports:v1.2`, 'reports'],
])('is the repository of an image that is named %s', async (_, uri, name) => {
  expect(await repositoryOf(uri)).toBe(
    `arn:\${AWS::Partition}:ecr:eu-central-1:123456789012:repository/${name}`,
  );
});

it('is one that names no other account when there is no image', async () => {
  expect(await repositoryOf('')).toBe(
    'arn:${AWS::Partition}:ecr:${AWS::Region}:${AWS::AccountId}:repository/shop-reports',
  );
});
