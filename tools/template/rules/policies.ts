import { isRecord } from '../../../offline/cloudformation/template.ts';
import { at, idOf, listAt, ofType, type Resource, spell, type Template } from '../template.ts';

const RESOURCE_POLICIES = ['AWS::S3::BucketPolicy', 'AWS::SQS::QueuePolicy', 'AWS::SNS::TopicPolicy'];

interface Statement {
  readonly allows: boolean;
  readonly actions: readonly string[];
  /** The values as they are declared. */
  readonly resources: readonly unknown[];
  readonly principal: unknown;
  readonly condition: unknown;
  /** Which of the three it names by what they are not, such as `NotAction`. */
  readonly exceptions: readonly string[];
}

/** The statements of every policy that a resource holds; who may take on a role is another matter, and left out. */
export function statementsOf(resource: Resource | undefined): Statement[] {
  return documentsIn(resource?.Properties).flatMap((document) =>
    listAt(document, 'Statement').map((statement) => ({
      allows: at(statement, 'Effect') === 'Allow',
      actions: listAt(statement, 'Action').map(String),
      resources: listAt(statement, 'Resource'),
      principal: at(statement, 'Principal'),
      condition: at(statement, 'Condition'),
      exceptions: ['NotAction', 'NotResource', 'NotPrincipal'].filter(
        (key) => at(statement, key) !== undefined,
      ),
    })),
  );
}

/** Whether the role with this logical id may do this to the resource with that one. */
export const roleMay = ({ Resources }: Template, role: unknown, action: string, target: string): boolean =>
  statementsOf(Resources[idOf(role) ?? '']).some(
    ({ allows, actions, resources }) =>
      allows && actions.includes(action) && resources.some((resource) => idOf(resource) === target),
  );

/** Whether some policy on the resource with this logical id lets the service do this. */
export const serviceMay = (template: Template, service: string, action: string, target: string): boolean =>
  policiesOn(template, target)
    .flatMap((id) => statementsOf(template.Resources[id]))
    .some(
      ({ allows, actions, resources, principal }) =>
        allows &&
        actions.includes(action) &&
        isAbout(resources, target) &&
        listAt(principal, 'Service').map(spell).includes(service),
    );

/** Whether a statement of a policy on the resource with this logical id names it; a star there is that resource. */
export const isAbout = (resources: readonly unknown[], target: string): boolean =>
  resources.some((resource) => resource === '*' || idOf(resource) === target);

/** Logical ids of the policies that are put on the queue, topic or bucket with this logical id. */
export const policiesOn = (template: Template, target: string): string[] =>
  ofType(template, ...RESOURCE_POLICIES)
    .filter(({ properties }) =>
      ['Queues', 'Topics', 'Bucket']
        .flatMap((key) => listAt(properties, key))
        .some((value) => idOf(value) === target),
    )
    .map(({ id }) => id);

function documentsIn(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.flatMap(documentsIn);
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    /^(PolicyDocument|KeyPolicy|FileSystemPolicy|ResourcePolicy)$/.test(key) ? [inner] : documentsIn(inner),
  );
}
