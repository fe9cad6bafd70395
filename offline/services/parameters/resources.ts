import { z } from 'zod';
import type { AwsClient } from '../../aws/client.ts';
import { AwsError } from '../../aws/error.ts';
import { parsed } from '../../aws/operation.ts';
import type { PhysicalResource } from '../../cloudformation/intrinsics.ts';
import { isRecord } from '../../cloudformation/template.ts';
import { declared, irrelevant } from '../../declaration.ts';
import { LocalCloudError } from '../../errors.ts';
import type { Provisioner } from '../service.ts';
import { passwordSchema, randomPassword } from './password.ts';

const parameterSchema = z.strictObject({
  Name: z.string(),
  Type: z.enum(['String', 'StringList']),
  Value: z.string(),
  DataType: z.literal('text').optional(),
  Tier: z.literal('Standard').optional(),
  Description: irrelevant,
  Tags: irrelevant,
});

const generationSchema = passwordSchema.extend({
  SecretStringTemplate: z
    .string()
    .refine((template) => isRecord(parsed(template)), 'it must be a JSON object')
    .optional(),
  GenerateStringKey: z.string().optional(),
});

const secretSchema = z
  .strictObject({
    Name: z.string(),
    SecretString: z.string().optional(),
    GenerateSecretString: generationSchema.optional(),
    Description: irrelevant,
    KmsKeyId: irrelevant,
    Tags: irrelevant,
  })
  .refine(
    ({ SecretString, GenerateSecretString }) =>
      SecretString === undefined || GenerateSecretString === undefined,
    'it has both SecretString and GenerateSecretString',
  );

/** The declared parameters and secrets. What was once generated stays as it is. */
export function parameterResources(client: AwsClient, { stackName }: { stackName: string }): Provisioner {
  async function putParameter(owner: string, properties: object): Promise<PhysicalResource> {
    const { Name, Type, Value } = declared(owner, parameterSchema, properties);
    const find = client.json<{ Parameter: object }>('ssm', 'AmazonSSM.GetParameter', { Name });
    const present = (await unless('ParameterNotFound', find))?.Parameter;
    if (!present || !isRecord(present) || present.Value !== Value || present.Type !== Type) {
      await client.json('ssm', 'AmazonSSM.PutParameter', { Name, Type, Value, Overwrite: true });
    }
    return { ref: Name, attributes: { Type, Value } };
  }

  async function putSecret(owner: string, properties: object): Promise<PhysicalResource> {
    const { Name, SecretString, GenerateSecretString } = declared(owner, secretSchema, properties);
    const call = (operation: string, input: object) =>
      client.json<{ ARN: string; SecretString?: string }>(
        'secretsmanager',
        `secretsmanager.${operation}`,
        input,
      );
    const ifFound = (operation: string) =>
      unless('ResourceNotFoundException', call(operation, { SecretId: Name }));
    const present = await ifFound('DescribeSecret');
    if (SecretString !== undefined && present) {
      const kept = (await ifFound('GetSecretValue'))?.SecretString;
      if (kept !== SecretString) await call('PutSecretValue', { SecretId: Name, SecretString });
    }
    const value = () =>
      GenerateSecretString
        ? generated(declared(owner, generationSchema, GenerateSecretString))
        : SecretString;
    const { ARN } = present ?? (await call('CreateSecret', { Name, SecretString: value() }));
    return { ref: ARN, attributes: { Id: ARN } };
  }

  return {
    resourceTypes: ['AWS::SSM::Parameter', 'AWS::SecretsManager::Secret'],
    async provision({ logicalId, type, properties }) {
      const owner = `Resource ${logicalId}`;
      const named = { Name: `${stackName}-${logicalId}`, ...properties };
      try {
        return await (type === 'AWS::SSM::Parameter' ? putParameter(owner, named) : putSecret(owner, named));
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        throw new LocalCloudError(`${owner}: ${error.message}`, { cause: error });
      }
    },
  };
}

function generated({
  SecretStringTemplate,
  GenerateStringKey,
  ...rules
}: z.output<typeof generationSchema>): string {
  const password = randomPassword(rules);
  if (SecretStringTemplate === undefined || GenerateStringKey === undefined) return password;
  return JSON.stringify({ ...JSON.parse(SecretStringTemplate), [GenerateStringKey]: password });
}

/** Nothing when the call fails with the code. */
async function unless<Output>(code: string, call: Promise<Output>): Promise<Output | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof AwsError && error.code === code) return undefined;
    throw error;
  }
}
