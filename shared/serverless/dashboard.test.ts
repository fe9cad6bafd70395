import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';

const { dashboardBody }: typeof import('./dashboard.cjs') = createRequire(import.meta.url)('./dashboard.cjs');

interface Widget {
  readonly type: string;
  readonly properties: {
    readonly title?: string;
    readonly markdown?: string;
    readonly metrics?: readonly unknown[][];
    readonly alarms?: readonly string[];
  };
}

function widgets(resources: Parameters<typeof dashboardBody>[0]): readonly Widget[] {
  const own = { namespace: 'shop', service: 'shop-dev' };
  const body = dashboardBody(resources, own) as { 'Fn::Sub': string };
  return JSON.parse(body['Fn::Sub']).widgets;
}
const titled = (all: readonly Widget[], title: string) =>
  all.find(({ properties }) => properties.title === title)?.properties.metrics;
const sections = (all: readonly Widget[]) => all.flatMap(({ properties }) => properties.markdown ?? []);

const queues = {
  Jobs: { Type: 'AWS::SQS::Queue', Properties: { RedrivePolicy: {} } },
  Dead: { Type: 'AWS::SQS::Queue' },
};

describe('the dashboard', () => {
  it('shows how much waits in queues, and apart from that what has failed', () => {
    const depth = 'ApproximateNumberOfMessagesVisible';
    const all = widgets(queues);
    expect(titled(all, 'Messages that wait')).toEqual([
      ['AWS/SQS', depth, 'QueueName', '${Jobs.QueueName}', { stat: 'Maximum' }],
    ]);
    expect(titled(all, 'Dead letters')).toEqual([
      ['AWS/SQS', depth, 'QueueName', '${Dead.QueueName}', { stat: 'Maximum' }],
    ]);
  });

  it('has no section for what is not there', () => {
    expect(sections(widgets(queues))).toEqual(['## Queues']);
    expect(widgets({ Topic: { Type: 'AWS::SNS::Topic' } })).toEqual([]);
  });

  it('shows the orders of its stage, by reasons and currencies that nobody has to list', () => {
    const all = widgets({ Flow: { Type: 'AWS::StepFunctions::StateMachine' } });
    expect(sections(all)).toEqual(['## Orders', '## Workflow']);
    expect(titled(all, 'Placed and completed')).toEqual([
      ['shop', 'OrdersPlaced', 'service', 'shop-dev', { stat: 'Sum' }],
      ['shop', 'OrdersCompleted', 'service', 'shop-dev', { stat: 'Sum' }],
    ]);
    expect(titled(all, 'Revenue captured, in minor units')).toEqual([
      [
        {
          expression: `SEARCH('{shop,service,currency} MetricName="RevenueCaptured" service="shop-dev"', 'Sum')`,
          label: '',
        },
      ],
    ]);
  });

  it('shows an API by what its protocol measures', () => {
    const api = (ProtocolType: string) => ({ Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType } });
    const all = widgets({ Shop: api('HTTP'), Live: api('WEBSOCKET') });
    expect(sections(all)).toEqual(['## API', '## WebSocket API']);
    expect(titled(all, 'Requests, and refusals')?.map(([, , , id]) => id)).toEqual([
      '${Shop}',
      '${Shop}',
      '${Shop}',
    ]);
    expect(titled(all, 'Connections, messages, and what failed')?.at(-1)).toEqual([
      ...['AWS/ApiGateway', 'IntegrationError', 'ApiId', '${Live}'],
      { stat: 'Sum' },
    ]);
  });

  it('shows how busy containers are, by their cluster and service', () => {
    const all = widgets({
      Cluster: { Type: 'AWS::ECS::Cluster' },
      Reports: { Type: 'AWS::ECS::Service', Properties: { Cluster: { Ref: 'Cluster' } } },
    });
    expect(sections(all)).toEqual(['## Containers']);
    expect(titled(all, 'Processor and memory in %')?.[0]).toEqual([
      ...['AWS/ECS', 'CPUUtilization', 'ClusterName', '${Cluster}', 'ServiceName', '${Reports.Name}'],
      { stat: 'Average' },
    ]);
  });

  it('shows the state of all alarms', () => {
    const [, alarms] = widgets({ Late: { Type: 'AWS::CloudWatch::Alarm' } });
    expect(alarms).toMatchObject({ type: 'alarm', properties: { alarms: ['${Late.Arn}'] } });
  });
});
