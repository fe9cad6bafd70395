/**
 * @typedef {{ Type: string, Properties?: { [name: string]: unknown } }} Resource
 * @typedef {{ [id: string]: Resource }} Resources
 *
 * Which of CloudWatch's metrics functions write by themselves: the namespace, and the value of the dimension `service`.
 * @typedef {{ namespace: string, service: string }} OwnMetrics
 *
 * @typedef {(string | { [option: string]: unknown })[]} Metric
 * @typedef {{ type: string, width: number, height: number, properties: object }} Widget
 */

/**
 * The body of a dashboard of everything that the template has and that CloudWatch measures, as a value of CloudFormation.
 *
 * @type {(resources: Resources, own: OwnMetrics) => object}
 */
const dashboardBody = (resources, own) => ({
  'Fn::Sub': JSON.stringify({ widgets: widgetsOf(resources, own) }),
});

/**
 * The widgets in sections.
 *
 * @type {(resources: Resources, own: OwnMetrics) => Widget[]}
 */
const widgetsOf = (resources, own) => {
  /** @param {string} type */
  const ofType = (type) => Object.entries(resources).filter(([, { Type }]) => Type === type);
  /** @type {(type: string, part?: string) => string[]} what stands for the resources in a text of Fn::Sub */
  const named = (type, part) => ofType(type).map(([id]) => (part ? `\${${id}.${part}}` : `\${${id}}`));
  const queues = ofType('AWS::SQS::Queue');
  // One that hands nothing on takes what has failed elsewhere.
  const [working, failed] = [true, false].map((isWorking) =>
    queues
      .filter(([, { Properties = {} }]) => 'RedrivePolicy' in Properties === isWorking)
      .map(([id]) => `\${${id}.QueueName}`),
  );
  /** @type {(title: string, metrics: string[], stat?: string) => Widget[]} */
  const ofFunctions = (title, names, stat) =>
    graph(title, each('AWS/Lambda', names, 'FunctionName', named('AWS::Lambda::Function'), stat));
  /** @type {(title: string, names: string[]) => Widget[]} */
  const ofTables = (title, names) =>
    graph(title, each('AWS/DynamoDB', names, 'TableName', named('AWS::DynamoDB::Table')));
  const [apis, webSocketApis] = ['HTTP', 'WEBSOCKET'].map((protocol) =>
    ofType('AWS::ApiGatewayV2::Api')
      .filter(([, { Properties = {} }]) => Properties.ProtocolType === protocol)
      .map(([id]) => `\${${id}}`),
  );
  const workflows = named('AWS::StepFunctions::StateMachine');
  const balanced = named('AWS::ElasticLoadBalancingV2::LoadBalancer', 'LoadBalancerFullName');
  const databases = named('AWS::RDS::DBInstance');

  return [
    ...section('Alarms', alarms(named('AWS::CloudWatch::Alarm', 'Arn'))),
    ...section('API', [
      ...graph('Requests, and refusals', each('AWS/ApiGateway', ['Count', '4xx', '5xx'], 'ApiId', apis)),
      ...graph(
        'Latency in ms',
        ['p50', 'p95', 'p99'].flatMap((stat) => each('AWS/ApiGateway', ['Latency'], 'ApiId', apis, stat)),
      ),
    ]),
    ...section(
      'WebSocket API',
      graph(
        'Connections, messages, and what failed',
        each(
          'AWS/ApiGateway',
          ['ConnectCount', 'MessageCount', 'ClientError', 'ExecutionError', 'IntegrationError'],
          'ApiId',
          webSocketApis,
        ),
      ),
    ),
    ...section('Orders', workflows.length > 0 ? orders(own) : []),
    ...section('Workflow', [
      ...graph(
        'Executions',
        each(
          'AWS/States',
          ['ExecutionsStarted', 'ExecutionsSucceeded', 'ExecutionsFailed', 'ExecutionsTimedOut'],
          'StateMachineArn',
          workflows,
        ),
      ),
      ...graph(
        'Duration in ms',
        ['p50', 'p95'].flatMap((stat) =>
          each('AWS/States', ['ExecutionTime'], 'StateMachineArn', workflows, stat),
        ),
      ),
    ]),
    ...section('Queues', [
      ...graph('Messages that wait', each(SQS, [DEPTH], 'QueueName', working, 'Maximum')),
      ...graph('Age of the oldest, in s', each(SQS, [AGE], 'QueueName', working, 'Maximum')),
      ...graph('Dead letters', each(SQS, [DEPTH], 'QueueName', failed, 'Maximum')),
    ]),
    ...section('Functions', [
      ...ofFunctions('Errors', ['Errors']),
      ...ofFunctions('Throttles', ['Throttles']),
      ...ofFunctions('Duration in ms, p95', ['Duration'], 'p95'),
      ...ofFunctions('At once', ['ConcurrentExecutions'], 'Maximum'),
    ]),
    ...section('Tables', [
      ...ofTables('Capacity consumed', ['ConsumedReadCapacityUnits', 'ConsumedWriteCapacityUnits']),
      ...ofTables('Refused', ['ReadThrottleEvents', 'WriteThrottleEvents']),
    ]),
    ...section('Containers', [
      ...graph('Processor and memory in %', containers(ofType('AWS::ECS::Service'))),
      ...graph(
        'Latency in s, p95',
        each('AWS/ApplicationELB', ['TargetResponseTime'], 'LoadBalancer', balanced, 'p95'),
      ),
      ...graph(
        'Requests, and errors',
        each('AWS/ApplicationELB', ['RequestCount', 'HTTPCode_Target_5XX_Count'], 'LoadBalancer', balanced),
      ),
      ...graph(
        'Connections of the database',
        each('AWS/RDS', ['DatabaseConnections'], 'DBInstanceIdentifier', databases, 'Maximum'),
      ),
      ...graph(
        'Processor of the database in %',
        each('AWS/RDS', ['CPUUtilization'], 'DBInstanceIdentifier', databases, 'Average'),
      ),
    ]),
  ];
};

const SQS = 'AWS/SQS';
const DEPTH = 'ApproximateNumberOfMessagesVisible';
const AGE = 'ApproximateAgeOfOldestMessage';

/** @type {(namespace: string, names: string[], dimension: string, values?: string[], stat?: string) => Metric[]} */
const each = (namespace, names, dimension, values = [], stat = 'Sum') =>
  names.flatMap((name) => values.map((value) => [namespace, name, dimension, value, { stat }]));

/**
 * Of orders, as published-event.ts of services/events counts them. Reasons and currencies are found by a search, so that
 * new ones are shown.
 *
 * @type {(own: OwnMetrics) => Widget[]}
 */
const orders = ({ namespace, service }) => {
  /** @type {(name: string, dimension: string) => Metric} */
  const search = (name, dimension) => [
    {
      expression: `SEARCH('{${namespace},service,${dimension}} MetricName="${name}" service="${service}"', 'Sum')`,
      label: '',
    },
  ];
  /** @type {(...names: string[]) => Metric[]} */
  const counts = (...names) => each(namespace, names, 'service', [service]);
  return [
    ...graph('Placed and completed', counts('OrdersPlaced', 'OrdersCompleted')),
    ...graph('Failed, by reason', [search('OrdersFailed', 'reason')]),
    ...graph('Revenue captured, in minor units', [search('RevenueCaptured', 'currency')]),
    ...graph(
      'Begun again, not swept, faults',
      counts('OrdersRestarted', 'OrdersNotSwept', 'Faults', 'ServerErrors'),
    ),
  ];
};

/** @type {(services: [string, Resource][]) => Metric[]} */
const containers = (services) =>
  services.flatMap(([id, { Properties = {} }]) => {
    const cluster = /** @type {{ Ref: string }} */ (Properties.Cluster).Ref;
    return ['CPUUtilization', 'MemoryUtilization'].map((name) => [
      ...['AWS/ECS', name, 'ClusterName', `\${${cluster}}`, 'ServiceName', `\${${id}.Name}`],
      { stat: 'Average' },
    ]);
  });

/** @type {(title: string, widgets: Widget[]) => Widget[]} */
const section = (title, widgets) =>
  widgets.length > 0
    ? [{ type: 'text', width: 24, height: 1, properties: { markdown: `## ${title}` } }, ...widgets]
    : [];

/** @type {(title: string, metrics: Metric[]) => Widget[]} none without metrics */
const graph = (title, metrics) =>
  metrics.length > 0
    ? [
        {
          type: 'metric',
          width: 8,
          height: 6,
          properties: { title, metrics, region: '${AWS::Region}', period: 300, yAxis: { left: { min: 0 } } },
        },
      ]
    : [];

/** @type {(arns: string[]) => Widget[]} none without alarms */
const alarms = (arns) =>
  arns.length > 0
    ? [{ type: 'alarm', width: 24, height: 4, properties: { title: 'State', alarms: arns } }]
    : [];

module.exports = { dashboardBody };
