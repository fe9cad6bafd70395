import { z } from 'zod';
import { isRecord } from '../../cloudformation/template.ts';
import { declared, irrelevant } from '../../declaration.ts';
import { LocalCloudError } from '../../errors.ts';

const machine = z.strictObject({
  id: z.string().optional(),
  name: z.string().optional(),
  type: z.literal('STANDARD').optional(),
  definition: z.union([z.string(), z.record(z.string(), z.unknown())]),
  events: z.array(z.unknown()).optional(),
  role: irrelevant,
  iamRoleStatements: irrelevant,
  tags: irrelevant,
  inheritGlobalTags: irrelevant,
  loggingConfig: irrelevant,
  tracingConfig: irrelevant,
  encryptionConfig: irrelevant,
  dependsOn: irrelevant,
  retain: irrelevant,
});
const section = z.strictObject({
  stateMachines: z.record(z.string(), z.unknown()),
  validate: irrelevant,
  noOutput: irrelevant,
});

/** What the section `stepFunctions` of serverless-step-functions declares, as it would be in the template. */
export interface DeclaredStateMachines {
  readonly resources: Readonly<Record<string, { Type: string; Properties: Record<string, unknown> }>>;
  /** By the logical id of the state machine that they start. */
  readonly events: Readonly<Record<string, readonly unknown[]>>;
}

/**
 * Reads the section as the plugin does: `Fn::GetAtt: [checkInventory, Arn]` means the function of that key.
 * https://github.com/serverless-operations/serverless-step-functions
 *
 * @throws LocalCloudError that names what is not supported
 */
export function stateMachineResources(
  declaration: unknown,
  logicalIdOfFunction: (key: string) => string | undefined,
): DeclaredStateMachines {
  const resources: Record<string, { Type: string; Properties: Record<string, unknown> }> = {};
  const events: Record<string, readonly unknown[]> = {};
  for (const [key, value] of Object.entries(declared('stepFunctions', section, declaration).stateMachines)) {
    const owner = `state machine ${key}`;
    const { id, name, definition, events: starts = [] } = declared(owner, machine, value);
    const custom = id ?? name;
    const logicalId = custom ? normalized(custom) : `${normalized(key)}StepFunctionsStateMachine`;
    if (resources[logicalId]) throw new LocalCloudError(`${owner}: ${logicalId} is declared twice.`);
    const Properties = {
      ...(name !== undefined && { StateMachineName: name }),
      ...(typeof definition === 'string'
        ? { DefinitionString: definition }
        : { Definition: referring(definition, owner, logicalIdOfFunction) }),
    };
    resources[logicalId] = { Type: 'AWS::StepFunctions::StateMachine', Properties };
    events[logicalId] = starts;
  }
  return { resources, events };
}

/** The framework's way from a name to a logical id. */
function normalized(name: string): string {
  const text = name.replaceAll('-', 'Dash').replaceAll('_', 'Underscore');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function referring(value: unknown, owner: string, logicalId: (key: string) => string | undefined): unknown {
  if (typeof value === 'string' && /[#$]\{/.test(value)) {
    // The plugin wraps a definition in Fn::Sub, or not, depending on what else there is in it.
    throw new LocalCloudError(`${owner}: the local cloud does not support ${value}; say Fn::Sub.`);
  }
  if (Array.isArray(value)) return value.map((entry) => referring(entry, owner, logicalId));
  if (!isRecord(value)) return value;
  const [[name, argument] = ['', undefined], ...others] = Object.entries(value);
  if (others.length > 0 || (name !== 'Ref' && !name.startsWith('Fn::'))) {
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, referring(inner, owner, logicalId)]),
    );
  }
  if (name === 'Ref') return { Ref: logicalId(String(argument)) ?? argument };
  if (name !== 'Fn::GetAtt') return value;
  const [target = '', ...attribute] = Array.isArray(argument)
    ? argument.map(String)
    : String(argument).split('.');
  return { 'Fn::GetAtt': [logicalId(target) ?? target, attribute.join('.')] };
}
