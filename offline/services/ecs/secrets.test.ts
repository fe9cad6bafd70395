import { describe, expect, it } from '@jest/globals';
import type { AwsClient } from '../../aws/client.ts';
import { secretValue } from './secrets.ts';

const ARN = 'arn:aws:secretsmanager:eu-west-1:000000000000:secret:db-AbCdEf';
const calls: unknown[] = [];
const client: Pick<AwsClient, 'json'> = {
  async json<Output>(_: string, target: string, input: object) {
    calls.push([target, input]);
    const answer = target.startsWith('AmazonSSM')
      ? { Parameter: { Value: 'high' } }
      : { SecretString: '{"username":"shop","password":"p:w","port":5432}' };
    return answer as Output;
  },
};
const value = (from: string) => {
  calls.length = 0;
  return secretValue(client as AwsClient, from);
};

describe('the secret of a container', () => {
  // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
  it.each([
    [ARN, '{"username":"shop","password":"p:w","port":5432}', { SecretId: ARN }],
    [`${ARN}:password::`, 'p:w', { SecretId: ARN }],
    [`${ARN}:username:AWSCURRENT:`, 'shop', { SecretId: ARN, VersionStage: 'AWSCURRENT' }],
    [`${ARN}:password::v-1`, 'p:w', { SecretId: ARN, VersionId: 'v-1' }],
  ])('is what %s stands for', async (from, expected, input) => {
    expect(await value(from)).toBe(expected);
    expect(calls).toEqual([['secretsmanager.GetSecretValue', input]]);
  });

  // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-ssm-paramstore.html
  it.each([
    ['arn:aws:ssm:eu-west-1:000000000000:parameter/shop/level', '/shop/level'],
    ['level', 'level'],
  ])('is a parameter for %s', async (from, Name) => {
    expect(await value(from)).toBe('high');
    expect(calls).toEqual([['AmazonSSM.GetParameter', { Name, WithDecryption: true }]]);
  });

  it.each(['none', 'port', 'toString'])('is refused when its JSON has no text "%s"', async (key) => {
    await expect(value(`${ARN}:${key}::`)).rejects.toThrow(`The secret db-AbCdEf has no text "${key}".`);
  });
});
