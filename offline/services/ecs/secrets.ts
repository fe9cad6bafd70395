import type { AwsClient } from '../../aws/client.ts';
import { isRecord } from '../../cloudformation/template.ts';
import { LocalCloudError } from '../../errors.ts';

/**
 * The value that a container gets for a secret: of Parameter Store by name or ARN, of Secrets Manager by ARN, which may
 * go on with a key of its JSON, a version stage and a version id.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
 *
 * @throws LocalCloudError when the secret has no such key; AwsError when there is no such secret
 */
export async function secretValue(client: AwsClient, valueFrom: string): Promise<string> {
  const parts = valueFrom.split(':');
  if (parts[2] !== 'secretsmanager') {
    const Name = valueFrom.replace(/^arn:[^:]*:ssm:[^:]*:[^:]*:parameter/, '');
    const { Parameter } = await client.json<{ Parameter: { Value: string } }>(
      'ssm',
      'AmazonSSM.GetParameter',
      {
        Name,
        WithDecryption: true,
      },
    );
    return Parameter.Value;
  }
  const [key, VersionStage, VersionId] = parts.slice(7);
  const { SecretString } = await client.json<{ SecretString: string }>(
    'secretsmanager',
    'secretsmanager.GetSecretValue',
    {
      SecretId: parts.slice(0, 7).join(':'),
      ...(VersionStage && { VersionStage }),
      ...(VersionId && { VersionId }),
    },
  );
  if (!key) return SecretString;
  const secret: unknown = JSON.parse(SecretString);
  const value = isRecord(secret) ? secret[key] : undefined;
  if (typeof value === 'string') return value;
  throw new LocalCloudError(`The secret ${parts[6]} has no text "${key}".`);
}
