import {
  DescribeStacksCommand,
  GetTemplateCommand,
  paginateListStackResources,
} from '@aws-sdk/client-cloudformation';
import type { Template } from '../template/template.ts';
import type { Clients } from './clients.ts';

export const STACK = 'shop-rehearsal';

/** The stack as CloudFormation has it. */
export interface Stack {
  readonly status: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly template: Template;
  /** Physical ids by logical id. */
  readonly resources: Readonly<Record<string, string>>;
}

export async function readStack({ cloudFormation }: Clients): Promise<Stack> {
  const [{ Stacks: [stack] = [] }, { TemplateBody }, resources] = await Promise.all([
    cloudFormation.send(new DescribeStacksCommand({ StackName: STACK })),
    cloudFormation.send(new GetTemplateCommand({ StackName: STACK })),
    listResources(cloudFormation),
  ]);
  return {
    status: stack?.StackStatus ?? '',
    outputs: Object.fromEntries(
      (stack?.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
    ),
    template: JSON.parse(TemplateBody ?? '{"Resources":{}}') as Template,
    resources,
  };
}

async function listResources(client: Clients['cloudFormation']): Promise<Record<string, string>> {
  const ids: Record<string, string> = {};
  for await (const page of paginateListStackResources({ client }, { StackName: STACK })) {
    for (const { LogicalResourceId = '', PhysicalResourceId = '' } of page.StackResourceSummaries ?? []) {
      ids[LogicalResourceId] = PhysicalResourceId;
    }
  }
  return ids;
}
