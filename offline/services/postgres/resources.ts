import type { AwsClient } from '../../aws/client.ts';
import { ACCOUNT_ID } from '../../cloudformation/intrinsics.ts';
import { parameterResources } from '../parameters/resources.ts';
import type { Provisioner } from '../service.ts';
import { DATABASE, databaseInstance } from './declaration.ts';
import { LOCAL_PASSWORD } from './index.ts';

/** Nobody has this name. https://www.rfc-editor.org/rfc/rfc6761#section-6.4 */
const NOWHERE = 'database.invalid';

/** The declared database, at the address; none when it does not run, as in most tests. */
export function databaseInstances(
  client: AwsClient,
  { region, stackName, url }: { region: string; stackName: string; url: string | null },
): Provisioner {
  const secrets = parameterResources(client, { stackName });
  return {
    resourceTypes: [DATABASE],
    async provision({ logicalId, properties }) {
      const { DBInstanceIdentifier: id = `${stackName}-${logicalId}`.toLowerCase(), ...declared } =
        databaseInstance(logicalId, properties);
      const address = new URL(url ?? `postgres://${declared.MasterUsername}:${LOCAL_PASSWORD}@${NOWHERE}`);
      const username = decodeURIComponent(address.username);
      const password = decodeURIComponent(address.password);
      const secret = await secrets.provision({
        logicalId,
        type: 'AWS::SecretsManager::Secret',
        properties: { Name: `rds-${id}`, SecretString: JSON.stringify({ username, password }) },
      });
      return {
        ref: id,
        attributes: {
          DBInstanceArn: `arn:aws:rds:${region}:${ACCOUNT_ID}:db:${id}`,
          'Endpoint.Address': address.hostname,
          'Endpoint.Port': address.port || '5432',
          'MasterUserSecret.SecretArn': secret.ref,
        },
      };
    },
  };
}
