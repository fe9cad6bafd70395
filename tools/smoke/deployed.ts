import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  CognitoIdentityProviderClient,
  DescribeUserPoolCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { backOfficeToken } from '../rehearse/api.ts';

type Outputs = Readonly<Record<string, string>>;

/** The outputs of the stack of a stage. @throws Error with one line when there is no such stack */
export async function outputsOf(stage: string, region: string): Promise<Outputs> {
  const client = new CloudFormationClient({ region });
  const { Stacks: [stack] = [] } = await client.send(
    new DescribeStacksCommand({ StackName: `shop-${stage}` }),
  );
  return Object.fromEntries(
    (stack?.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
  );
}

/** A token of the back office; undefined where another issuer than the user pool of the stage signs tokens. */
export async function mintToken(outputs: Outputs, region: string): Promise<string | undefined> {
  const UserPoolId = outputs.IssuerUrl?.split('/').at(-1);
  if (UserPoolId === undefined) return undefined;
  const cognito = new CognitoIdentityProviderClient({ region });
  const { UserPool } = await cognito.send(new DescribeUserPoolCommand({ UserPoolId }));
  const endpoint = `https://${UserPool?.Domain}.auth.${region}.amazoncognito.com`;
  return backOfficeToken(endpoint, { cognito }, { outputs });
}
