import {
  DeleteRolePolicyCommand,
  GetRolePolicyCommand,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import type { Clients } from './clients.ts';
import type { NotHeld } from './report.ts';
import type { Stack } from './stack.ts';

const POLICY_NAME = 'rehearsal-amendment';

/** A statement of a role's policy. */
export interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

/**
 * Where the emulator asks for more than IAM does: a statement that allows the one action is followed by one that
 * allows the other, on the same resources unless the emulator knows none.
 */
const AMENDMENTS: readonly {
  readonly has: RegExp;
  readonly adds: string;
  readonly on?: string;
  readonly reason: string;
}[] = [
  {
    has: /^states:SendTask/,
    adds: 'states:SendTask*',
    on: '*',
    reason: 'the emulator checks the answer to a waiting task against *, and IAM against the state machine',
  },
  {
    has: /^sqs:SendMessage$/,
    adds: 'sqs:SendMessageBatch',
    reason: 'the emulator wants an action for batches of messages, which IAM does not have',
  },
];

/** What the report says of them. */
export const AMENDED: readonly NotHeld[] = AMENDMENTS.map(({ adds, on = 'the same queue', reason }) => ({
  claim: `roles as they are, without ${adds}`,
  reason,
  instead: `the rehearsal allows it beside on ${on}, and the template stays as it is`,
}));

/** What is to be allowed beside these statements. */
export function amendmentsOf(statements: readonly Statement[]): Statement[] {
  return statements.flatMap((statement) => {
    const actions = [statement.Action].flat();
    return AMENDMENTS.filter(
      ({ has }) => statement.Effect === 'Allow' && actions.some((action) => has.test(action)),
    ).map(({ adds, on }) => ({ ...statement, Action: adds, Resource: on ?? statement.Resource }));
  });
}

/** Amends the roles of the stack, by the policies that they have now. */
export async function amendRoles(clients: Clients, stack: Stack): Promise<void> {
  for (const RoleName of rolesOf(stack)) {
    const Statement = amendmentsOf(await statementsOf(clients, RoleName));
    if (Statement.length === 0) continue;
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
    await clients.iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: POLICY_NAME, PolicyDocument }));
  }
}

/** Takes the amendments back: CloudFormation deletes no role that has a policy of somebody else's. */
export async function restoreRoles({ iam }: Clients, stack: Stack): Promise<void> {
  for (const RoleName of rolesOf(stack)) {
    const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
    if (!PolicyNames.includes(POLICY_NAME)) continue;
    await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: POLICY_NAME }));
  }
}

function rolesOf({ template, resources }: Stack): string[] {
  return Object.entries(template.Resources).flatMap(([logicalId, { Type }]) => {
    const name = resources[logicalId];
    return Type === 'AWS::IAM::Role' && name !== undefined ? [name] : [];
  });
}

async function statementsOf({ iam }: Clients, RoleName: string): Promise<Statement[]> {
  const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
  const own = PolicyNames.filter((name) => name !== POLICY_NAME);
  const policies = await Promise.all(
    own.map((PolicyName) => iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }))),
  );
  return policies.flatMap(({ PolicyDocument = '' }) => {
    const { Statement } = JSON.parse(decodeURIComponent(PolicyDocument)) as {
      Statement: Statement | Statement[];
    };
    return Statement;
  });
}
