import { describe, expect, it } from '@jest/globals';
import naming from 'serverless/lib/plugins/aws/lib/naming.js';
import ApiFunctions from './api-functions.cjs';

type Service = ConstructorParameters<typeof ApiFunctions>[0]['service'];
type Resources = Service['provider']['compiledCloudFormationTemplate']['Resources'];

const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const GET = arnOf('GetItemLambdaFunction');
const PUT = arnOf('PutItemLambdaFunction');
const GET_AND_PUT = [GET, { 'Fn::Join': [':', [GET, 'live']] }, PUT, { 'Fn::Join': [':', [PUT, 'live']] }];

/** The functions getItem and putItem behind the API, and sweep, as the framework compiles them. */
function compiled(trafficShift: string, more: Partial<Service> = {}) {
  const functions: Service['functions'] = {
    getItem: { events: [{ httpApi: 'GET /items/{id}' }], versionLogicalId: 'GetItemLambdaVersionA1' },
    sweep: { events: [{ schedule: 'rate(1 day)' }] },
    putItem: {
      events: [{ httpApi: { method: 'put', path: '/items/{id}' } }],
      versionLogicalId: 'PutItemLambdaVersionB2',
    },
  };
  const ofApi = (name: string): Resources => ({
    [`${name}LambdaFunction`]: { Type: 'AWS::Lambda::Function', Properties: {} },
    [`HttpApiIntegration${name}`]: { Type: 'AWS::ApiGatewayV2::Integration', Properties: {} },
    [`${name}LambdaPermissionHttpApi`]: { Type: 'AWS::Lambda::Permission', Properties: {} },
  });
  const Resources: Resources = {
    ...ofApi('GetItem'),
    ...ofApi('PutItem'),
    SweepLambdaFunction: { Type: 'AWS::Lambda::Function', Properties: {} },
    SweepEventBridgeLambdaPermission1: { Type: 'AWS::Lambda::Permission', Properties: {} },
    GetItemLambdaVersionA1: { Type: 'AWS::Lambda::Version', DeletionPolicy: 'Retain', Properties: {} },
    PutItemLambdaVersionB2: { Type: 'AWS::Lambda::Version', DeletionPolicy: 'Retain', Properties: {} },
  };
  const service: Service = {
    custom: { trafficShift, runbooks: 'https://wiki.example.com/runbooks' },
    functions,
    provider: { compiledCloudFormationTemplate: { Resources } },
    ...more,
  };
  const { hooks } = new ApiFunctions({ service, getProvider: () => ({ naming, getStage: () => 'prod' }) });
  hooks['before:package:compileFunctions']();
  hooks['before:package:finalize']();
  return { functions, Resources, service };
}

const CANARY = 'LambdaCanary10Percent5Minutes';
const typesOf = (resources: Resources) => Object.values(resources).map(({ Type }) => Type);

describe('the HTTP API', () => {
  it('calls its functions by a role that may call them and their aliases, and nothing else', () => {
    const { Resources } = compiled('AllAtOnce');
    expect(Resources.HttpApiIntegrationGetItem?.Properties.CredentialsArn).toEqual(arnOf('HttpApiRole'));
    expect(Resources.HttpApiIntegrationPutItem?.Properties.CredentialsArn).toEqual(arnOf('HttpApiRole'));
    expect(Resources.HttpApiRole?.Properties).toEqual({
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: { Service: 'apigateway.amazonaws.com' }, Action: 'sts:AssumeRole' },
        ],
      },
      Policies: [
        {
          PolicyName: 'api-functions',
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [{ Effect: 'Allow', Action: ['lambda:InvokeFunction'], Resource: GET_AND_PUT }],
          },
        },
      ],
    });
  });

  it('needs no permission on its functions beside; what others need stays', () => {
    const { Resources } = compiled('AllAtOnce');
    const permissions = Object.keys(Resources).filter((id) => id.includes('Permission'));
    expect(permissions).toEqual(['SweepEventBridgeLambdaPermission1']);
  });

  it('has no role in a stack without functions of its own', () => {
    const { Resources } = compiled(CANARY, {
      functions: { sweep: { events: [{ schedule: 'rate(1 day)' }] } },
    });
    expect(Resources).not.toHaveProperty('HttpApiRole');
    expect(Resources).not.toHaveProperty('TrafficShift');
  });
});

describe('the WebSocket API', () => {
  const lambda = { Type: 'AWS::Lambda::Function', Properties: {} };
  const webSocketApi = () => {
    const Resources: Resources = {
      AdmitLambdaFunction: lambda,
      TalkLambdaFunction: lambda,
      TalkWebsocketsIntegration: { Type: 'AWS::ApiGatewayV2::Integration', Properties: {} },
      AdmitWebsocketsAuthorizer: {
        Type: 'AWS::ApiGatewayV2::Authorizer',
        Properties: { IdentitySource: [] },
      },
      TalkLambdaPermissionWebsockets: { Type: 'AWS::Lambda::Permission', Properties: {} },
      AdmitLambdaPermissionWebsockets: { Type: 'AWS::Lambda::Permission', Properties: {} },
    };
    return compiled(CANARY, {
      functions: {
        admit: {},
        talk: {
          events: [
            { websocket: { route: '$connect', authorizer: { name: 'admit', identitySource: [] } } },
            { websocket: '$default' },
          ],
        },
      },
      provider: { compiledCloudFormationTemplate: { Resources } },
    }).service.provider.compiledCloudFormationTemplate.Resources;
  };

  it('calls its functions and its authorizer by a role that may call these alone', () => {
    const resources = webSocketApi();
    expect(resources.TalkWebsocketsIntegration?.Properties.CredentialsArn).toEqual(
      arnOf('WebsocketsApiRole'),
    );
    expect(resources.AdmitWebsocketsAuthorizer?.Properties.AuthorizerCredentialsArn).toEqual(
      arnOf('WebsocketsApiRole'),
    );
    expect(resources.WebsocketsApiRole?.Properties.Policies).toMatchObject([
      {
        PolicyDocument: {
          Statement: [
            {
              Effect: 'Allow',
              Action: ['lambda:InvokeFunction'],
              Resource: [arnOf('TalkLambdaFunction'), arnOf('AdmitLambdaFunction')],
            },
          ],
        },
      },
    ]);
    expect(typesOf(resources)).not.toContain('AWS::Lambda::Permission');
  });

  it('asks its authorizer whatever a request has, when that names no source', () => {
    expect(webSocketApi().AdmitWebsocketsAuthorizer?.Properties).not.toHaveProperty('IdentitySource');
  });

  it('takes no part in the shift of traffic', () => {
    expect(webSocketApi()).not.toHaveProperty('TrafficShift');
  });
});

describe('traffic that goes over all at once', () => {
  it('takes no version, alias or deployment group', () => {
    const { functions, Resources } = compiled('AllAtOnce');
    expect(functions.getItem).not.toHaveProperty('versionFunction');
    expect(functions.getItem).not.toHaveProperty('targetAlias');
    expect(typesOf(Resources).filter((type) => /CodeDeploy|Alias|Alarm/.test(type))).toEqual([]);
  });
});

describe('traffic that is shifted', () => {
  it('has a version and an alias for each function of the API, where its events lead to, and for no other', () => {
    const { functions } = compiled(CANARY);
    expect(functions).toMatchObject({
      getItem: { versionFunction: true, targetAlias: { name: 'live', logicalId: 'GetItemLiveAlias' } },
      putItem: { versionFunction: true, targetAlias: { name: 'live', logicalId: 'PutItemLiveAlias' } },
    });
    expect(functions.sweep).toEqual({ events: [{ schedule: 'rate(1 day)' }] });
  });

  it('is led from version to version by the deployment group of each function', () => {
    const { Resources } = compiled(CANARY);
    expect(Resources.PutItemLiveAlias).toEqual({
      Type: 'AWS::Lambda::Alias',
      Properties: {
        FunctionName: { Ref: 'PutItemLambdaFunction' },
        FunctionVersion: { 'Fn::GetAtt': ['PutItemLambdaVersionB2', 'Version'] },
        Name: 'live',
      },
      UpdatePolicy: {
        CodeDeployLambdaAliasUpdate: {
          ApplicationName: { Ref: 'TrafficShift' },
          DeploymentGroupName: { Ref: 'PutItemDeploymentGroup' },
        },
      },
    });
    expect(Resources.TrafficShift).toEqual({
      Type: 'AWS::CodeDeploy::Application',
      Properties: { ComputePlatform: 'Lambda' },
    });
    expect(typesOf(Resources).filter((type) => type === 'AWS::CodeDeploy::DeploymentGroup')).toHaveLength(2);
  });

  it.each([CANARY, 'LambdaLinear10PercentEvery1Minute'])(
    'goes over as %s says, and back by itself when that fails or the alarm sounds',
    (trafficShift) => {
      const { Resources } = compiled(trafficShift);
      expect(Resources.GetItemDeploymentGroup?.Properties).toEqual({
        ApplicationName: { Ref: 'TrafficShift' },
        ServiceRoleArn: arnOf('TrafficShiftRole'),
        DeploymentConfigName: `CodeDeployDefault.${trafficShift}`,
        DeploymentStyle: { DeploymentType: 'BLUE_GREEN', DeploymentOption: 'WITH_TRAFFIC_CONTROL' },
        AlarmConfiguration: { Enabled: true, Alarms: [{ Name: { Ref: 'ReleaseFailing' } }] },
        AutoRollbackConfiguration: {
          Enabled: true,
          Events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM', 'DEPLOYMENT_STOP_ON_REQUEST'],
        },
      });
    },
  );

  it('keeps no version that no alias leads to', () => {
    const { Resources } = compiled(CANARY);
    expect(Resources.GetItemLambdaVersionA1).not.toHaveProperty('DeletionPolicy');
    expect(Resources.PutItemLambdaVersionB2).not.toHaveProperty('DeletionPolicy');
  });

  it('is CodeDeploy’s, for the deployment groups of this stack alone, to lead and to watch', () => {
    const { Resources } = compiled(CANARY);
    expect(Resources.TrafficShiftRole?.Properties).toEqual({
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'codedeploy.amazonaws.com' },
            Action: 'sts:AssumeRole',
            Condition: {
              StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
              ArnLike: {
                'aws:SourceArn': {
                  'Fn::Sub':
                    'arn:${AWS::Partition}:codedeploy:${AWS::Region}:${AWS::AccountId}:deploymentgroup:${TrafficShift}/*',
                },
              },
            },
          },
        ],
      },
      Policies: [
        {
          PolicyName: 'api-functions',
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Allow',
                Action: ['lambda:GetAlias', 'lambda:GetProvisionedConcurrencyConfig', 'lambda:UpdateAlias'],
                Resource: GET_AND_PUT,
              },
              {
                Effect: 'Allow',
                Action: ['cloudwatch:DescribeAlarms'],
                Resource: {
                  'Fn::Sub': 'arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:*',
                },
              },
            ],
          },
        },
      ],
    });
  });
});

describe('the alarm of a release', () => {
  const alarm = (more: Partial<Service> = {}) => compiled(CANARY, more).Resources.ReleaseFailing?.Properties;

  it('sounds at five answers 5xx in a minute, and names its runbook', () => {
    expect(alarm()).toMatchObject({
      AlarmName: { 'Fn::Sub': '${AWS::StackName}-release-failing' },
      AlarmDescription: expect.stringMatching(
        /; see https:\/\/wiki\.example\.com\/runbooks\/release-failing\.md$/,
      ),
      Namespace: 'AWS/ApiGateway',
      MetricName: '5xx',
      Dimensions: [
        { Name: 'ApiId', Value: { Ref: 'HttpApi' } },
        { Name: 'Stage', Value: '$default' },
      ],
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 5,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
    });
  });

  it('goes to the topic of the stack that has it, and to the exported one from others', () => {
    expect(alarm({ resources: { Resources: { AlarmTopic: {} } } })?.AlarmActions).toEqual([
      { Ref: 'AlarmTopic' },
    ]);
    expect(alarm()?.AlarmActions).toEqual([{ 'Fn::ImportValue': 'shop-prod-alarm-topic' }]);
  });
});
