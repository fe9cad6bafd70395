/**
 * The properties of a declared function that are read or set here.
 * @typedef {object} Declared
 * @property {{ [kind: string]: unknown }[]} [events]
 * @property {boolean} [versionFunction]
 * @property {{ name: string, logicalId: string }} [targetAlias] what events of the function lead to in its place
 * @property {string} [versionLogicalId] of the version that the framework has compiled
 *
 * The parts of a resource that are read or set here.
 * @typedef {object} Resource
 * @property {string} Type
 * @property {string} [DeletionPolicy]
 * @property {object} [UpdatePolicy]
 * @property {{ [name: string]: unknown }} Properties
 * @typedef {{ [id: string]: Resource }} Resources
 *
 * Logical ids that the framework makes of a function's key.
 * @typedef {object} Naming
 * @property {(key: string) => string} getNormalizedFunctionName
 * @property {(key: string) => string} getLambdaLogicalId
 * @property {(key: string) => string} getHttpApiIntegrationLogicalId
 * @property {(key: string) => string} getLambdaHttpApiPermissionLogicalId
 * @property {(key: string) => string} getWebsocketsIntegrationLogicalId
 * @property {(key: string) => string} getWebsocketsAuthorizerLogicalId
 * @property {(key: string) => string} getLambdaWebsocketsPermissionLogicalId
 *
 * What this plugin reads of the framework.
 * @typedef {object} Serverless
 * @property {(name: 'aws') => { naming: Naming, getStage: () => string }} getProvider
 * @property {{
 *   custom?: { trafficShift?: string, runbooks?: string },
 *   functions: { [key: string]: Declared },
 *   resources?: { Resources?: { [id: string]: unknown } },
 *   provider: { compiledCloudFormationTemplate: { Resources: Resources } }
 * }} service
 */

/** The version that the API calls. */
const ALIAS = 'live';

/** Logical ids of what the functions of a stack share. */
const API = 'HttpApi';
const API_ROLE = 'HttpApiRole';
const WEBSOCKETS_ROLE = 'WebsocketsApiRole';
const APPLICATION = 'TrafficShift';
const SHIFT_ROLE = 'TrafficShiftRole';
const ALARM = 'ReleaseFailing';

/**
 * How the HTTP API and the WebSocket API reach their functions: each by one role that names them, and the first, when `custom.trafficShift` does not say
 * AllAtOnce, by aliases whose requests CodeDeploy leads from one version to the next, and back when an alarm sounds.
 * See docs/decisions/0027-api-functions-shift-their-traffic.md.
 */
class ApiFunctions {
  /** @param {Serverless} serverless */
  constructor(serverless) {
    const { service } = serverless;
    this.hooks = {
      'before:package:compileFunctions': () => {
        if (!shifts(service)) return;
        const { naming } = serverless.getProvider('aws');
        for (const [key, declared] of apiFunctions(service)) {
          declared.versionFunction = true;
          declared.targetAlias = {
            name: ALIAS,
            logicalId: `${naming.getNormalizedFunctionName(key)}LiveAlias`,
          };
        }
      },
      'before:package:finalize': () => {
        const { Resources } = service.provider.compiledCloudFormationTemplate;
        const aws = serverless.getProvider('aws');
        const { naming } = aws;
        callWebsocketsByRole(Resources, service, naming);
        const functions = apiFunctions(service);
        if (functions.length === 0) return;
        callByRole(Resources, functions, naming);
        if (shifts(service)) {
          shiftTraffic(Resources, functions, naming, {
            configuration: `CodeDeployDefault.${service.custom?.trafficShift}`,
            runbooks: service.custom?.runbooks ?? '',
            topic: service.resources?.Resources?.AlarmTopic
              ? { Ref: 'AlarmTopic' }
              : { 'Fn::ImportValue': `shop-${aws.getStage()}-alarm-topic` },
          });
        }
      },
    };
  }
}

/** @param {Serverless['service']} service */
const shifts = ({ custom: { trafficShift = 'AllAtOnce' } = {} }) => trafficShift !== 'AllAtOnce';

/** @type {(service: Serverless['service']) => [key: string, declared: Declared][]} */
const apiFunctions = ({ functions = {} }) =>
  Object.entries(functions).filter(([, { events = [] }]) => events.some((event) => 'httpApi' in event));

/**
 * Of each function its own ARN and that of its alias, whether there is one or not: so the API may go on calling while
 * a deployment leads it from the one to the other.
 *
 * @param {[key: string, declared: Declared][]} functions
 * @param {Naming} naming
 */
const arnsOf = (functions, naming) =>
  functions.flatMap(([key]) => {
    const arn = { 'Fn::GetAtt': [naming.getLambdaLogicalId(key), 'Arn'] };
    return [arn, { 'Fn::Join': [':', [arn, ALIAS]] }];
  });

/**
 * @param {string} service whose principal takes on the role
 * @param {object | undefined} Condition
 * @param {{ Action: string[], Resource: unknown }[]} statements
 * @returns {Resource}
 */
const role = (service, Condition, statements) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: service },
          Action: 'sts:AssumeRole',
          ...(Condition && { Condition }),
        },
      ],
    },
    Policies: [
      {
        PolicyName: 'api-functions',
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: statements.map((statement) => ({ Effect: 'Allow', ...statement })),
        },
      },
    ],
  },
});

/** @type {(resources: Resources, functions: [key: string, declared: Declared][], naming: Naming) => void} */
const callByRole = (resources, functions, naming) => {
  resources[API_ROLE] = role('apigateway.amazonaws.com', undefined, [
    { Action: ['lambda:InvokeFunction'], Resource: arnsOf(functions, naming) },
  ]);
  for (const [key] of functions) {
    const integration = resources[naming.getHttpApiIntegrationLogicalId(key)];
    if (integration) integration.Properties.CredentialsArn = { 'Fn::GetAtt': [API_ROLE, 'Arn'] };
    delete resources[naming.getLambdaHttpApiPermissionLogicalId(key)];
  }
};

/**
 * The permissions that the framework makes are open to every API of everybody. They go, and with them what an
 * authorizer without sources, which may be asked whatever a request has, would say of them.
 *
 * @type {(resources: Resources, service: Serverless['service'], naming: Naming) => void}
 */
const callWebsocketsByRole = (resources, { functions = {} }, naming) => {
  const keys = Object.entries(functions).flatMap(([key, { events = [] }]) =>
    events.flatMap(({ websocket }) => (websocket ? [key, ...authorizerOf(websocket)] : [])),
  );
  if (keys.length === 0) return;

  const arn = { 'Fn::GetAtt': [WEBSOCKETS_ROLE, 'Arn'] };
  resources[WEBSOCKETS_ROLE] = role('apigateway.amazonaws.com', undefined, [
    {
      Action: ['lambda:InvokeFunction'],
      Resource: [...new Set(keys)].map((key) => ({ 'Fn::GetAtt': [naming.getLambdaLogicalId(key), 'Arn'] })),
    },
  ]);
  for (const key of keys) {
    delete resources[naming.getLambdaWebsocketsPermissionLogicalId(key)];
    const integration = resources[naming.getWebsocketsIntegrationLogicalId(key)];
    if (integration) integration.Properties.CredentialsArn = arn;
    const authorizer = resources[naming.getWebsocketsAuthorizerLogicalId(key)];
    if (!authorizer) continue;
    authorizer.Properties.AuthorizerCredentialsArn = arn;
    if (isEmpty(authorizer.Properties.IdentitySource)) delete authorizer.Properties.IdentitySource;
  }
};

/** @param {unknown} websocket the event, which names its authorizer or is its route alone */
const authorizerOf = (websocket) => {
  const { authorizer } = /** @type {{ authorizer?: { name: string } }} */ (websocket);
  return authorizer ? [authorizer.name] : [];
};

/** @param {unknown} list */
const isEmpty = (list) => Array.isArray(list) && list.length === 0;

/**
 * @param {Resources} resources
 * @param {[key: string, declared: Declared][]} functions
 * @param {Naming} naming
 * @param {{ configuration: string, runbooks: string, topic: object }} settings
 */
const shiftTraffic = (resources, functions, naming, { configuration, runbooks, topic }) => {
  resources[APPLICATION] = {
    Type: 'AWS::CodeDeploy::Application',
    Properties: { ComputePlatform: 'Lambda' },
  };
  resources[SHIFT_ROLE] = shiftRole(functions, naming);
  resources[ALARM] = releaseAlarm(runbooks, topic);

  for (const [key, { versionLogicalId = '', targetAlias }] of functions) {
    const group = `${naming.getNormalizedFunctionName(key)}DeploymentGroup`;
    resources[group] = deploymentGroup(configuration);
    resources[targetAlias?.logicalId ?? ''] = {
      Type: 'AWS::Lambda::Alias',
      Properties: {
        FunctionName: { Ref: naming.getLambdaLogicalId(key) },
        FunctionVersion: { 'Fn::GetAtt': [versionLogicalId, 'Version'] },
        Name: ALIAS,
      },
      UpdatePolicy: {
        CodeDeployLambdaAliasUpdate: {
          ApplicationName: { Ref: APPLICATION },
          DeploymentGroupName: { Ref: group },
        },
      },
    };
    // The framework keeps every version for ever; CloudFormation deletes one when no alias leads to it any more.
    delete resources[versionLogicalId]?.DeletionPolicy;
  }
};

/**
 * What the managed policy AWSCodeDeployRoleForLambdaLimited allows, without hooks, topics and buckets, which nothing
 * here uses, and for these functions alone. CodeDeploy asks for alarms by name, which IAM checks against all of them.
 * https://docs.aws.amazon.com/codedeploy/latest/userguide/security_confused_deputy.html
 *
 * @type {(functions: [key: string, declared: Declared][], naming: Naming) => Resource}
 */
const shiftRole = (functions, naming) =>
  role(
    'codedeploy.amazonaws.com',
    {
      StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
      ArnLike: {
        'aws:SourceArn': {
          'Fn::Sub': `arn:\${AWS::Partition}:codedeploy:\${AWS::Region}:\${AWS::AccountId}:deploymentgroup:\${${APPLICATION}}/*`,
        },
      },
    },
    [
      {
        Action: ['lambda:GetAlias', 'lambda:GetProvisionedConcurrencyConfig', 'lambda:UpdateAlias'],
        Resource: arnsOf(functions, naming),
      },
      {
        Action: ['cloudwatch:DescribeAlarms'],
        Resource: {
          'Fn::Sub': 'arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:*',
        },
      },
    ],
  );

/** @type {(configuration: string) => Resource} */
const deploymentGroup = (configuration) => ({
  Type: 'AWS::CodeDeploy::DeploymentGroup',
  Properties: {
    ApplicationName: { Ref: APPLICATION },
    ServiceRoleArn: { 'Fn::GetAtt': [SHIFT_ROLE, 'Arn'] },
    DeploymentConfigName: configuration,
    DeploymentStyle: { DeploymentType: 'BLUE_GREEN', DeploymentOption: 'WITH_TRAFFIC_CONTROL' },
    AlarmConfiguration: { Enabled: true, Alarms: [{ Name: { Ref: ALARM } }] },
    AutoRollbackConfiguration: {
      Enabled: true,
      Events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM', 'DEPLOYMENT_STOP_ON_REQUEST'],
    },
  },
});

/**
 * A function that fails, crashes, times out or does not start: the API answers each with 5xx.
 *
 * @type {(runbooks: string, topic: object) => Resource}
 */
const releaseAlarm = (runbooks, topic) => ({
  Type: 'AWS::CloudWatch::Alarm',
  Properties: {
    AlarmName: { 'Fn::Sub': '${AWS::StackName}-release-failing' },
    AlarmDescription: `The API fails, and a release that is under way is rolled back; see ${runbooks}/release-failing.md`,
    Namespace: 'AWS/ApiGateway',
    MetricName: '5xx',
    Dimensions: [
      { Name: 'ApiId', Value: { Ref: API } },
      { Name: 'Stage', Value: '$default' },
    ],
    Statistic: 'Sum',
    Period: 60,
    EvaluationPeriods: 1,
    Threshold: 5,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    TreatMissingData: 'notBreaching',
    AlarmActions: [topic],
    OKActions: [topic],
  },
});

module.exports = Object.assign(ApiFunctions, { releaseAlarm });
