import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import {
  GetParameterCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { awsClient } from '../../aws/client.ts';
import { startAwsEndpoint } from '../../aws/endpoint.ts';
import { parameterResources } from '../../services/parameters/resources.ts';
import { startSecretsManager } from '../../services/parameters/secrets-manager.ts';
import { startSsm } from '../../services/parameters/ssm.ts';
import { openStore, type Store } from '../../store.ts';
import { contract } from './contract.ts';

const SSM = 'systems-manager/latest/APIReference/';
const SECRETS = 'secretsmanager/latest/apireference/';
const REGION = 'eu-west-1';
const PARAMETER_ARN = 'arn:aws:ssm:eu-west-1:000000000000:parameter';
const now = () => Date.parse('2026-03-01T00:00:00Z');

async function start(store: Store) {
  const options = { region: REGION, store, now };
  const endpoint = await startAwsEndpoint(0, [startSsm(options), startSecretsManager(options)]);
  const settings = {
    region: REGION,
    endpoint: endpoint.url,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  };
  const ssm = new SSMClient(settings);
  const secrets = new SecretsManagerClient(settings);
  const resources = parameterResources(awsClient(endpoint.url, REGION), { stackName: 'shop' });
  return {
    ssm,
    secrets,
    declare: (kind: string, properties: object, logicalId = 'It') =>
      resources.provision({ logicalId, type: `AWS::${kind}`, properties: { ...properties } }),
    async stop() {
      ssm.destroy();
      secrets.destroy();
      await endpoint.close();
    },
  };
}

let cloud: Awaited<ReturnType<typeof start>>;
beforeEach(async () => {
  cloud = await start(openStore(undefined));
});
afterEach(() => cloud.stop());

const putParameter = (Name: string, Value = 'v', more: object = {}) =>
  cloud.ssm.send(new PutParameterCommand({ Name, Value, Type: 'String', ...more }));

describe('a parameter', () => {
  contract(`${SSM}API_GetParameter.html`, 'is read by name and by ARN', async () => {
    await putParameter('/shop/dev/url', 'https://shop');
    for (const Name of ['/shop/dev/url', `${PARAMETER_ARN}/shop/dev/url`, ' /shop/dev/url ']) {
      const { Parameter } = await cloud.ssm.send(new GetParameterCommand({ Name, WithDecryption: true }));
      expect(Parameter).toEqual({
        Name: '/shop/dev/url',
        Type: 'String',
        Value: 'https://shop',
        Version: 1,
        ARN: `${PARAMETER_ARN}/shop/dev/url`,
        DataType: 'text',
        LastModifiedDate: new Date('2026-03-01T00:00:00Z'),
      });
    }
  });

  contract(
    `${SSM}API_GetParameter.html`,
    'has an ARN with one slash also when its name has none',
    async () => {
      await putParameter('url');
      const Name = `${PARAMETER_ARN}/url`;
      const { Parameter } = await cloud.ssm.send(new GetParameterCommand({ Name }));
      expect(Parameter).toMatchObject({ Name: 'url', ARN: Name });
    },
  );

  contract(`${SSM}API_GetParameter.html`, 'that is not there is not found', async () => {
    const other = 'arn:aws:ssm:us-east-1:000000000000:parameter/url';
    await putParameter('url');
    for (const Name of ['nothing', other]) {
      await expect(cloud.ssm.send(new GetParameterCommand({ Name }))).rejects.toMatchObject({
        name: 'ParameterNotFound',
      });
    }
  });

  contract(
    `${SSM}API_GetParameters.html`,
    'is read with others, and those that are not there are named',
    async () => {
      await putParameter('a');
      await putParameter('b');
      const { Parameters, InvalidParameters } = await cloud.ssm.send(
        new GetParametersCommand({ Names: ['a', 'x', 'b'] }),
      );
      expect([Parameters?.map(({ Name }) => Name), InvalidParameters]).toEqual([['a', 'b'], ['x']]);
    },
  );

  contract(`${SSM}API_GetParameters.html`, 'is one of ten at most', async () => {
    const Names = Array.from({ length: 11 }, (_, index) => `p${index}`);
    await expect(cloud.ssm.send(new GetParametersCommand({ Names }))).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });

  contract(`${SSM}API_GetParametersByPath.html`, 'is found below its path, one level or all', async () => {
    for (const name of ['/shop/a', '/shop/dev/b', '/shopping/c', 'd']) await putParameter(name);
    const names = async (Path: string, Recursive?: boolean) => {
      const { Parameters } = await cloud.ssm.send(new GetParametersByPathCommand({ Path, Recursive }));
      return Parameters?.map(({ Name }) => Name);
    };
    expect(await names('/shop')).toEqual(['/shop/a']);
    expect(await names('/shop/', true)).toEqual(['/shop/a', '/shop/dev/b']);
    expect(await names('/shop/a')).toEqual([]);
    expect(await names('/', true)).toEqual(['/shop/a', '/shop/dev/b', '/shopping/c']);
  });

  contract(`${SSM}API_GetParametersByPath.html`, 'comes page by page, ten at most', async () => {
    for (let number = 10; number < 23; number += 1) await putParameter(`/shop/p${number}`);
    const page = (input: object) =>
      cloud.ssm.send(new GetParametersByPathCommand({ Path: '/shop', ...input }));
    const first = await page({});
    const second = await page({ NextToken: first.NextToken });
    expect([first.Parameters?.length, second.Parameters?.map(({ Name }) => Name), second.NextToken]).toEqual([
      10,
      ['/shop/p20', '/shop/p21', '/shop/p22'],
      undefined,
    ]);
    await expect(page({ MaxResults: 11 })).rejects.toMatchObject({ name: 'ValidationException' });
  });

  contract(
    `${SSM}API_PutParameter.html`,
    'is replaced only when that is asked for, as its next version',
    async () => {
      await putParameter('url', 'old');
      await expect(putParameter('url', 'new')).rejects.toMatchObject({ name: 'ParameterAlreadyExists' });
      expect(await putParameter('url', 'new', { Overwrite: true, Type: undefined })).toMatchObject({
        Version: 2,
      });
      const { Parameter } = await cloud.ssm.send(new GetParameterCommand({ Name: 'url' }));
      expect(Parameter).toMatchObject({ Value: 'new', Version: 2, Type: 'String' });
    },
  );

  contract(`${SSM}API_PutParameter.html`, 'has 4 KB at most, and a name that is allowed', async () => {
    await putParameter('a', 'x'.repeat(4_096));
    await expect(putParameter('b', 'x'.repeat(4_097))).rejects.toMatchObject({ name: 'ValidationException' });
    for (const name of [
      'aws/a',
      '/ssm-a',
      'a b',
      'shop/a',
      '/shop//a',
      `/${Array(16).fill('a').join('/')}`,
    ]) {
      await expect(putParameter(name)).rejects.toMatchObject({ name: 'ValidationException' });
    }
    await putParameter(`/${Array(15).fill('a').join('/')}`);
    await expect(putParameter('c', 'x', { Type: undefined })).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });

  it.each([
    ['SecureString', { Type: 'SecureString' as const }],
    ['a tier', { Tier: 'Advanced' as const }],
    ['a pattern', { AllowedPattern: '.*' }],
  ])('is refused for %s', async (_, more) => {
    await expect(putParameter('a', 'v', more)).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('is refused with a version behind its name, since there is only the last one', async () => {
    await expect(cloud.ssm.send(new GetParameterCommand({ Name: 'url:1' }))).rejects.toMatchObject({
      message: 'The request: Name: versions and labels are not supported.',
    });
  });

  contract(
    'AWSCloudFormation/latest/TemplateReference/aws-resource-ssm-parameter.html',
    'is declared, with its name as Ref, and written again only when it is another',
    async () => {
      const declared = { Name: '/shop/sizes', Type: 'StringList', Value: 's,m', Tags: {} };
      const expected = { ref: '/shop/sizes', attributes: { Type: 'StringList', Value: 's,m' } };
      expect(await cloud.declare('SSM::Parameter', declared)).toEqual(expected);
      expect(await cloud.declare('SSM::Parameter', declared)).toEqual(expected);
      await cloud.declare('SSM::Parameter', { ...declared, Value: 's,m,l' });
      const { Parameter } = await cloud.ssm.send(new GetParameterCommand({ Name: '/shop/sizes' }));
      expect(Parameter).toMatchObject({ Value: 's,m,l', Version: 2 });
      expect(await cloud.declare('SSM::Parameter', { Type: 'String', Value: 'v' }, 'Url')).toMatchObject({
        ref: 'shop-Url',
      });
    },
  );
});

describe('a secret', () => {
  contract(`${SECRETS}API_GetSecretValue.html`, 'is read by name, ARN and partial ARN', async () => {
    const { ARN = '', VersionId } = await cloud.secrets.send(
      new CreateSecretCommand({ Name: 'shop/stripe', SecretString: '{"key":"k"}' }),
    );
    for (const SecretId of ['shop/stripe', ARN, ARN.slice(0, -7)]) {
      const { $metadata: _, ...secret } = await cloud.secrets.send(new GetSecretValueCommand({ SecretId }));
      expect(secret).toEqual({
        ARN,
        Name: 'shop/stripe',
        SecretString: '{"key":"k"}',
        VersionId,
        VersionStages: ['AWSCURRENT'],
        CreatedDate: new Date('2026-03-01T00:00:00Z'),
      });
    }
  });

  contract(`${SECRETS}API_CreateSecret.html`, 'has an ARN that ends with six random characters', async () => {
    const { ARN } = await cloud.secrets.send(new CreateSecretCommand({ Name: 'stripe', SecretString: 'k' }));
    expect(ARN).toMatch(/^arn:aws:secretsmanager:eu-west-1:000000000000:secret:stripe-[A-Za-z0-9]{6}$/);
    await expect(
      cloud.secrets.send(new CreateSecretCommand({ Name: 'stripe', SecretString: 'k' })),
    ).rejects.toMatchObject({ name: 'ResourceExistsException' });
  });

  contract(
    `${SECRETS}API_GetSecretValue.html`,
    'that is not there is not found, nor is another version',
    async () => {
      await cloud.secrets.send(new CreateSecretCommand({ Name: 'stripe', SecretString: 'k' }));
      const VersionId = 'EXAMPLE1-90ab-cdef-fedc-ba987SECRET1';
      for (const input of [{ SecretId: 'nothing' }, { SecretId: 'stripe', VersionId }]) {
        await expect(cloud.secrets.send(new GetSecretValueCommand(input))).rejects.toMatchObject({
          name: 'ResourceNotFoundException',
        });
      }
    },
  );

  contract(
    `${SECRETS}API_PutSecretValue.html`,
    'gets a new version, and the same request twice makes one',
    async () => {
      await cloud.secrets.send(new CreateSecretCommand({ Name: 'stripe', SecretString: 'old' }));
      const ClientRequestToken = 'EXAMPLE2-90ab-cdef-fedc-ba987SECRET2';
      const put = (SecretString: string) =>
        cloud.secrets.send(
          new PutSecretValueCommand({ SecretId: 'stripe', SecretString, ClientRequestToken }),
        );
      for (const { VersionId, VersionStages } of [await put('new'), await put('new')]) {
        expect([VersionId, VersionStages]).toEqual([ClientRequestToken, ['AWSCURRENT']]);
      }
      await expect(put('other')).rejects.toMatchObject({ name: 'ResourceExistsException' });
      const secret = await cloud.secrets.send(new GetSecretValueCommand({ SecretId: 'stripe' }));
      expect(secret).toMatchObject({ SecretString: 'new', VersionId: ClientRequestToken });
    },
  );

  contract(`${SECRETS}API_DescribeSecret.html`, 'is described without its value', async () => {
    await cloud.secrets.send(new CreateSecretCommand({ Name: 'stripe', SecretString: 'hidden' }));
    const { $metadata: _, ...description } = await cloud.secrets.send(
      new DescribeSecretCommand({ SecretId: 'stripe' }),
    );
    expect(description).toMatchObject({ Name: 'stripe', CreatedDate: new Date('2026-03-01T00:00:00Z') });
    expect(Object.values(description.VersionIdsToStages ?? {})).toEqual([['AWSCURRENT']]);
    expect(JSON.stringify(description)).not.toContain('hidden');
  });

  it('is refused for another stage and for bytes', async () => {
    await expect(
      cloud.secrets.send(new GetSecretValueCommand({ SecretId: 'a', VersionStage: 'AWSPREVIOUS' })),
    ).rejects.toMatchObject({ message: 'The request: VersionStage: only AWSCURRENT is supported.' });
    await expect(
      cloud.secrets.send(new CreateSecretCommand({ Name: 'a', SecretBinary: new Uint8Array([1]) })),
    ).rejects.toMatchObject({ name: 'ValidationException' });
  });

  const TEMPLATE = 'AWSCloudFormation/latest/TemplateReference/';

  contract(
    `${TEMPLATE}aws-resource-secretsmanager-secret.html`,
    'is declared, with its ARN as Ref',
    async () => {
      const { ref, attributes } = await cloud.declare('SecretsManager::Secret', {
        Name: 'a',
        SecretString: 'k1',
      });
      expect([ref, attributes]).toEqual([expect.stringMatching(/:secret:a-\w{6}$/), { Id: ref }]);
      const again = await cloud.declare('SecretsManager::Secret', { Name: 'a', SecretString: 'k2' });
      expect(again.ref).toBe(ref);
      const { SecretString } = await cloud.secrets.send(new GetSecretValueCommand({ SecretId: ref }));
      expect(SecretString).toBe('k2');
    },
  );

  contract(
    `${TEMPLATE}aws-properties-secretsmanager-secret-generatesecretstring.html`,
    'is generated into its template, once',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'parameters-'));
      const GenerateSecretString = {
        SecretStringTemplate: '{"username":"shop"}',
        GenerateStringKey: 'password',
        PasswordLength: 20,
        ExcludePunctuation: true,
      };
      const values: (string | undefined)[] = [];
      for (let starts = 0; starts < 2; starts += 1) {
        await cloud.stop();
        cloud = await start(openStore(folder));
        const { ref } = await cloud.declare('SecretsManager::Secret', { GenerateSecretString }, 'Database');
        const secret = await cloud.secrets.send(new GetSecretValueCommand({ SecretId: ref }));
        expect(secret.Name).toBe('shop-Database');
        values.push(secret.SecretString);
      }
      expect(JSON.parse(values[0] ?? '')).toEqual({
        username: 'shop',
        password: expect.stringMatching(/^[A-Za-z0-9]{20}$/),
      });
      expect(values[1]).toBe(values[0]);
      rmSync(folder, { recursive: true });
    },
  );

  contract(
    `${TEMPLATE}aws-resource-secretsmanager-secret.html`,
    'has no value when none is declared, and keeps the one that it is given later',
    async () => {
      const { ref } = await cloud.declare('SecretsManager::Secret', { Name: 'empty' });
      const get = new GetSecretValueCommand({ SecretId: ref });
      await expect(cloud.secrets.send(get)).rejects.toThrow(
        "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
      );
      await cloud.secrets.send(new PutSecretValueCommand({ SecretId: ref, SecretString: 'given' }));
      expect((await cloud.declare('SecretsManager::Secret', { Name: 'empty' })).ref).toBe(ref);
      expect((await cloud.secrets.send(get)).SecretString).toBe('given');
    },
  );

  it('is a password alone without a template', async () => {
    const { ref } = await cloud.declare('SecretsManager::Secret', { GenerateSecretString: {} });
    const { SecretString } = await cloud.secrets.send(new GetSecretValueCommand({ SecretId: ref }));
    expect(SecretString).toHaveLength(32);
  });

  it.each([
    [
      'SecretsManager::Secret',
      { SecretString: 'hidden', GenerateSecretString: {} },
      'it has both SecretString and GenerateSecretString.',
    ],
    [
      'SecretsManager::Secret',
      { SecretString: 'hidden', ReplicaRegions: [] },
      'the local cloud does not support ReplicaRegions.',
    ],
    ['SecretsManager::Secret', { SecretString: 'hidden'.repeat(20_000) }, 'The request: SecretString: '],
    [
      'SecretsManager::Secret',
      { GenerateSecretString: { PasswordLength: 2 } },
      'The password cannot have each of the required characters.',
    ],
    [
      'SecretsManager::Secret',
      { GenerateSecretString: { SecretStringTemplate: 'hidden' } },
      'GenerateSecretString.SecretStringTemplate: it must be a JSON object.',
    ],
    ['SSM::Parameter', { Type: 'SecureString', Value: 'hidden' }, 'Type: '],
    [
      'SSM::Parameter',
      { Type: 'String', Value: 'hidden', AllowedPattern: 'x' },
      'the local cloud does not support AllowedPattern.',
    ],
  ])('is refused by name, without its value: %s %#', async (kind, properties, message) => {
    const refusal = await cloud.declare(kind, properties).catch((error: Error) => error);
    expect(refusal).toMatchObject({ name: 'LocalCloudError' });
    expect((refusal as Error).message).toContain(`Resource It: ${message}`);
    expect((refusal as Error).message).not.toContain('hidden');
  });
});
