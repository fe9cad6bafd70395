import { referencesOf } from '../../offline/cloudformation/intrinsics.ts';
import { idOf, listAt, type Template } from '../template/template.ts';

/** A function of the template, and what AWS calls it for: `GET /items`, `queue ImportQueue`, … */
export interface DeployedFunction {
  readonly name: string;
  readonly triggers: readonly string[];
}

/** Every function of the template that has a name, by its key in serverless.yml. */
export function functionsOf(template: Template, prefix: string): Map<string, DeployedFunction> {
  const functions = Object.entries(template.Resources).filter(
    ([, { Type }]) => Type === 'AWS::Lambda::Function',
  );
  return new Map(
    functions.flatMap(([logicalId, { Properties = {} }]) => {
      const name = String(Properties.FunctionName ?? '');
      if (!name.startsWith(prefix)) return [];
      return [[name.slice(prefix.length), { name, triggers: triggersOf(template, logicalId) }]];
    }),
  );
}

function triggersOf(template: Template, logicalId: string): string[] {
  return Object.entries(template.Resources).flatMap(([id, { Type, Properties = {} }]): string[] => {
    switch (Type) {
      case 'AWS::ApiGatewayV2::Integration':
        return mentions(Properties, logicalId) ? routesTo(template, id) : [];
      case 'AWS::Lambda::EventSourceMapping':
        if (!mentions(Properties.FunctionName, logicalId)) return [];
        return [`${sourceOf(Properties.EventSourceArn)}`];
      case 'AWS::Events::Rule':
        if (!mentions(Properties.Targets, logicalId)) return [];
        return [
          Properties.ScheduleExpression ? `schedule ${Properties.ScheduleExpression}` : ruleOf(Properties),
        ];
      case 'AWS::SNS::Subscription':
        return mentions(Properties.Endpoint, logicalId) ? [`topic ${referred(Properties.TopicArn)}`] : [];
      case 'AWS::S3::Bucket':
        return mentions(Properties.NotificationConfiguration, logicalId) ? [`bucket ${id}`] : [];
      case 'AWS::StepFunctions::StateMachine':
        return mentions(Properties, logicalId) ? [`workflow ${id}`] : [];
      default:
        return [];
    }
  });
}

function routesTo(template: Template, integration: string): string[] {
  return Object.values(template.Resources)
    .filter(
      ({ Type, Properties = {} }) =>
        Type === 'AWS::ApiGatewayV2::Route' && mentions(Properties.Target, integration),
    )
    .map(({ Properties = {} }) => String(Properties.RouteKey));
}

function sourceOf(arn: unknown): string {
  const [, attribute] = listAt(arn, 'Fn::GetAtt');
  return `${attribute === 'StreamArn' ? 'stream' : 'queue'} ${referred(arn)}`;
}

function ruleOf({ EventPattern }: Readonly<Record<string, unknown>>): string {
  const { source = [], 'detail-type': types = [] } = (EventPattern ?? {}) as Record<
    string,
    readonly string[]
  >;
  return `event ${[...source, ...types].join(' ')}`;
}

/** The logical id that a value refers to, or the value itself. */
const referred = (value: unknown): string => idOf(value) ?? String(value);

const mentions = (value: unknown, logicalId: string): boolean => referencesOf(value).includes(logicalId);
