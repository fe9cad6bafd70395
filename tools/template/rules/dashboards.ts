import { ofType, spell } from '../template.ts';
import type { Finding, Rule } from './rule.ts';

/** What CloudWatch measures, and somebody who looks for a fault wants to see. */
const MEASURED = [
  'AWS::ApiGatewayV2::Api',
  'AWS::CloudWatch::Alarm',
  'AWS::DynamoDB::Table',
  'AWS::ECS::Service',
  'AWS::ElasticLoadBalancingV2::LoadBalancer',
  'AWS::Lambda::Function',
  'AWS::RDS::DBInstance',
  'AWS::SQS::Queue',
  'AWS::StepFunctions::StateMachine',
];

export const dashboardRules: readonly Rule[] = [
  {
    id: 'dashboard-whole',
    why: 'what is not shown is looked for last, and a graph of what is not there is empty when it matters',
    source:
      'https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html',
    check: ({ template }): Finding[] => {
      const [dashboard] = ofType(template, 'AWS::CloudWatch::Dashboard');
      if (!dashboard) return [{ resource: 'Dashboard', says: 'is not there' }];
      const body = spell(dashboard.properties.DashboardBody);
      if (!isJson(body)) return [{ resource: dashboard.id, says: 'is no JSON' }];
      const shown = new Set([...body.matchAll(/\$\{(\w+)[.}]/g)].map(([, id = '']) => id));
      return [
        ...ofType(template, ...MEASURED)
          .filter(({ id }) => !shown.has(id))
          .map(({ id }) => ({ resource: id, says: 'is not on the dashboard' })),
        ...[...shown]
          .filter((id) => !(id in template.Resources))
          .map((id) => ({ resource: dashboard.id, says: `shows ${id}, which is not there` })),
      ];
    },
  },
];

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
