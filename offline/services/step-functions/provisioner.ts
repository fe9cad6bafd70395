import { z } from 'zod';
import type { AwsClient } from '../../aws/client.ts';
import { AwsError } from '../../aws/error.ts';
import { ACCOUNT_ID } from '../../cloudformation/intrinsics.ts';
import { declared, irrelevant } from '../../declaration.ts';
import { LocalCloudError } from '../../errors.ts';
import type { Provisioner } from '../service.ts';

const definition = z.record(z.string(), z.unknown());
const properties = z.strictObject({
  StateMachineName: z.string().optional(),
  StateMachineType: z.literal('STANDARD').optional(),
  Definition: definition.optional(),
  DefinitionString: z.union([z.string(), definition]).optional(),
  DefinitionSubstitutions: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  RoleArn: irrelevant,
  LoggingConfiguration: irrelevant,
  TracingConfiguration: irrelevant,
  EncryptionConfiguration: irrelevant,
  Tags: irrelevant,
});

const ROLE_ARN = `arn:aws:iam::${ACCOUNT_ID}:role/local`;

/** The declared state machines, by way of the API of Step Functions. */
export function stateMachines(client: AwsClient, { stackName }: { stackName: string }): Provisioner {
  const call = <Output>(operation: string, input: object) =>
    client.json<Output>('states', `AWSStepFunctions.${operation}`, input);
  return {
    resourceTypes: ['AWS::StepFunctions::StateMachine'],
    async provision({ logicalId, properties: given }) {
      const owner = `state machine ${logicalId}`;
      const machine = declared(owner, properties, given);
      const { StateMachineName: name = `${stackName}-${logicalId}` } = machine;
      const text = definitionOf(owner, machine);
      try {
        const { stateMachineArn: ref } = await put(name, text);
        return { ref, attributes: { Arn: ref, Name: name } };
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        throw new LocalCloudError(`${owner}: ${error.message}`, { cause: error });
      }
    },
  };

  async function put(name: string, text: string): Promise<{ stateMachineArn: string }> {
    const created = { name, definition: text, roleArn: ROLE_ARN };
    try {
      return await call<{ stateMachineArn: string }>('CreateStateMachine', created);
    } catch (error) {
      if (!(error instanceof AwsError && error.code === 'StateMachineAlreadyExists')) throw error;
      const [, stateMachineArn = ''] = /'(.*)'/.exec(error.message) ?? [];
      await call('UpdateStateMachine', { stateMachineArn, definition: text });
      return { stateMachineArn };
    }
  }
}

function definitionOf(owner: string, machine: z.output<typeof properties>): string {
  const given = machine.DefinitionString ?? machine.Definition;
  if (given === undefined)
    throw new LocalCloudError(`${owner}: it has no Definition and no DefinitionString.`);
  const substitutions = machine.DefinitionSubstitutions ?? {};
  const text = typeof given === 'string' ? given : JSON.stringify(given);
  return text.replace(/\$\{([\w-]+)\}/g, (placeholder, name: string) =>
    Object.hasOwn(substitutions, name) ? String(substitutions[name]) : placeholder,
  );
}
