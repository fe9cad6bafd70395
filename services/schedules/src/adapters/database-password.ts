import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DependencyFailed } from '../../../../shared/errors.ts';

/** The client of a function instance. */
export const secretsManager = new SecretsManagerClient({
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 500, requestTimeout: 2_000, throwOnRequestTimeout: true },
});

/**
 * Reads the password that RDS keeps in a secret, as `{"username", "password"}`.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html
 */
export const databasePassword =
  (client: Pick<SecretsManagerClient, 'send'>, secretArn: string) => async (): Promise<string> => {
    const { SecretString = '' } = await client
      .send(new GetSecretValueCommand({ SecretId: secretArn }))
      .catch((error: unknown) => {
        throw new DependencyFailed('The password of the database cannot be read.', { cause: error });
      });
    const { password } = JSON.parse(SecretString) as { readonly password: string };
    return password;
  };
