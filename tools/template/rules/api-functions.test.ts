import { arnOf, policy, testRules } from '../testing/rule-examples.ts';
import { apiFunctionRules } from './api-functions.ts';

const live = (id: string) => ({ 'Fn::Join': [':', [arnOf(id), 'live']] });
const ofWebSocket = (id: string) => ({
  'Fn::Join': [
    '',
    ['arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/', arnOf(id), '/invocations'],
  ],
});
const integration = (IntegrationUri: object, CredentialsArn?: object) => ({
  Type: 'AWS::ApiGatewayV2::Integration',
  Properties: { IntegrationUri, ...(CredentialsArn && { CredentialsArn }) },
});
const lambda = { Type: 'AWS::Lambda::Function', Properties: {} };
const permission = (FunctionName: object) => ({
  Type: 'AWS::Lambda::Permission',
  Properties: { FunctionName, Principal: 'apigateway.amazonaws.com' },
});
const alias = (id: string, group: string) => ({
  Type: 'AWS::Lambda::Alias',
  Properties: { FunctionName: { Ref: id }, Name: 'live' },
  UpdatePolicy: { CodeDeployLambdaAliasUpdate: { DeploymentGroupName: { Ref: group } } },
});
const group = {
  Type: 'AWS::CodeDeploy::DeploymentGroup',
  Properties: {
    DeploymentConfigName: 'CodeDeployDefault.LambdaCanary10Percent5Minutes',
    AlarmConfiguration: { Enabled: true, Alarms: [{ Name: { Ref: 'Failing' } }] },
    AutoRollbackConfiguration: { Enabled: true, Events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM'] },
  },
};

testRules(apiFunctionRules, {
  'api-may-call': {
    fine: {
      Get: lambda,
      CallGet: integration(live('Get'), arnOf('ApiRole')),
      ApiRole: {
        Type: 'AWS::IAM::Role',
        Properties: {
          Policies: [policy({ Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: [live('Get')] })],
        },
      },
      Put: lambda,
      CallPut: integration(live('Put')),
      MayCallPut: permission(live('Put')),
      Admit: lambda,
      Authorizer: {
        Type: 'AWS::ApiGatewayV2::Authorizer',
        Properties: { AuthorizerUri: ofWebSocket('Admit'), AuthorizerCredentialsArn: arnOf('SocketRole') },
      },
      Talk: lambda,
      CallTalk: integration(ofWebSocket('Talk'), arnOf('SocketRole')),
      SocketRole: {
        Type: 'AWS::IAM::Role',
        Properties: {
          Policies: [
            policy({
              Effect: 'Allow',
              Action: 'lambda:InvokeFunction',
              Resource: [arnOf('Talk'), arnOf('Admit')],
            }),
          ],
        },
      },
      Elsewhere: integration({ 'Fn::Sub': 'https://example.com' }),
    },
    broken: [
      [
        'ApiRole.Properties.Policies.0.PolicyDocument.Statement.0.Resource.0',
        arnOf('Get'),
        'CallGet may not call ${Get.Arn}:live',
      ],
      [
        'ApiRole.Properties.Policies.0.PolicyDocument.Statement.0.Action',
        'lambda:GetFunction',
        'CallGet may not call ${Get.Arn}:live',
      ],
      [
        'SocketRole.Properties.Policies.0.PolicyDocument.Statement.0.Resource.0',
        arnOf('Get'),
        'CallTalk may not call ${Talk.Arn}',
      ],
      [
        'SocketRole.Properties.Policies.0.PolicyDocument.Statement.0.Resource.1',
        arnOf('Get'),
        'Authorizer may not call ${Admit.Arn}',
      ],
      ['MayCallPut.Properties.FunctionName', arnOf('Put'), 'CallPut may not call ${Put.Arn}:live'],
      ['MayCallPut.Properties.Principal', 's3.amazonaws.com', 'CallPut may not call ${Put.Arn}:live'],
      ['MayCallPut', undefined, 'CallPut may not call ${Put.Arn}:live'],
    ],
  },
  'shifted-function': {
    fine: {
      Shift: { Type: 'AWS::CodeDeploy::Application' },
      Get: lambda,
      CallGet: integration(live('Get')),
      GetLive: alias('Get', 'GetGroup'),
      GetGroup: group,
      Socket: { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType: 'WEBSOCKET' } },
      Talk: lambda,
      CallTalk: {
        Type: 'AWS::ApiGatewayV2::Integration',
        Properties: { ApiId: { Ref: 'Socket' }, IntegrationUri: ofWebSocket('Talk') },
      },
    },
    broken: [
      ['Socket.Properties.ProtocolType', 'HTTP', 'CallTalk calls ${Talk.Arn}, which is no alias'],
      ['CallGet.Properties.IntegrationUri', arnOf('Get'), 'CallGet calls ${Get.Arn}, which is no alias'],
      ['GetLive.Properties.Name', 'beta', 'CallGet calls ${Get.Arn}:live, which is no alias'],
      ['GetLive.Properties.FunctionName', { Ref: 'Put' }, 'CallGet calls ${Get.Arn}:live, which is no alias'],
      [
        'GetLive.UpdatePolicy',
        undefined,
        'CallGet calls ${Get.Arn}:live, which no deployment group leads from version to version',
      ],
      [
        'GetGroup',
        undefined,
        'CallGet calls ${Get.Arn}:live, which no deployment group leads from version to version',
      ],
    ],
  },
  'shift-rolls-back': {
    fine: {
      Failing: { Type: 'AWS::CloudWatch::Alarm' },
      GetLive: alias('Get', 'GetGroup'),
      GetGroup: group,
    },
    broken: [
      ['Failing', undefined, 'GetGroup watches no alarm of this template'],
      ['GetGroup.Properties.AlarmConfiguration.Enabled', false, 'GetGroup watches no alarm of this template'],
      ['GetGroup.Properties.AlarmConfiguration.Alarms', [], 'GetGroup watches no alarm of this template'],
      [
        'GetGroup.Properties.AutoRollbackConfiguration.Events.0',
        undefined,
        'GetGroup does not roll back after DEPLOYMENT_FAILURE',
      ],
      [
        'GetGroup.Properties.AutoRollbackConfiguration.Events.1',
        undefined,
        'GetGroup does not roll back after DEPLOYMENT_STOP_ON_ALARM',
      ],
      [
        'GetGroup.Properties.AutoRollbackConfiguration.Enabled',
        false,
        'GetGroup rolls nothing back by itself',
      ],
      [
        'GetGroup.Properties.DeploymentConfigName',
        'CodeDeployDefault.LambdaAllAtOnce',
        'GetGroup shifts everything at once',
      ],
      ['GetGroup.Properties.DeploymentConfigName', undefined, 'GetGroup shifts everything at once'],
      [
        'PutLive',
        alias('Put', 'GetGroup'),
        'GetGroup leads several functions, and CodeDeploy deploys one at a time in a group',
      ],
    ],
  },
});
