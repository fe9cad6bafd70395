import { arnOf, testRules } from '../testing/rule-examples.ts';
import { functionRules } from './functions.ts';

const lambda = (Properties: Record<string, unknown>) => ({ Type: 'AWS::Lambda::Function', Properties });
const variables = 'Get.Properties.Environment.Variables';

testRules(functionRules, {
  'function-limits': {
    fine: { Get: lambda({ MemorySize: 512, Timeout: 600 }) },
    broken: [
      ['Get.Properties.MemorySize', undefined, 'Get names no memory'],
      ['Get.Properties.Timeout', undefined, 'Get names no time-out'],
      ['Get.Properties.Timeout', 900, 'Get has the longest time-out there is'],
    ],
  },
  'api-timeout': {
    fine: {
      Get: lambda({ Timeout: 28 }),
      Render: lambda({ Timeout: 60 }),
      OfGet: { Type: 'AWS::ApiGatewayV2::Integration', Properties: { IntegrationUri: arnOf('Get') } },
    },
    broken: [['Get.Properties.Timeout', 29, 'OfGet calls Get, which may take 29 s']],
  },
  runtime: {
    fine: { Get: lambda({ Runtime: 'nodejs24.x' }), Render: lambda({ PackageType: 'Image' }) },
    broken: [
      ['Get.Properties.Runtime', 'nodejs20.x', 'Get runs on nodejs20.x, not nodejs24.x'],
      ['Render.Properties.PackageType', 'Zip', 'Render runs on undefined, not nodejs24.x'],
    ],
  },
  architecture: {
    fine: { Get: lambda({ Architectures: ['arm64'] }) },
    broken: [['Get.Properties.Architectures', undefined, 'Get does not run on ARM']],
  },
  tracing: {
    fine: { Get: lambda({ TracingConfig: { Mode: 'Active' } }) },
    broken: [['Get.Properties.TracingConfig.Mode', 'PassThrough', 'Get is not traced']],
  },
  'function-log': {
    fine: {
      Get: lambda({ FunctionName: 'shop-dev-get' }),
      Log: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/aws/lambda/shop-dev-get' } },
    },
    broken: [
      [
        'Log.Properties.LogGroupName',
        '/aws/lambda/shop-dev-put',
        'Get has no log group /aws/lambda/shop-dev-get',
      ],
    ],
  },
  'log-retention': {
    fine: { Log: { Type: 'AWS::Logs::LogGroup', Properties: { RetentionInDays: 7 } } },
    broken: [['Log.Properties.RetentionInDays', undefined, 'Log keeps its events for ever']],
  },
  'plain-secret': {
    fine: {
      Get: lambda({
        Environment: { Variables: { TABLE: { Ref: 'Table' }, STRIPE_SECRET_ARN: { Ref: 'StripeSecret' } } },
      }),
      Reports: {
        Type: 'AWS::ECS::TaskDefinition',
        Properties: { ContainerDefinitions: [{ Environment: [{ Name: 'ENV', Value: 'prod' }] }] },
      },
    },
    broken: [
      [`${variables}.DB_PASSWORD`, 'hunter2', 'Get holds what looks like a secret in DB_PASSWORD'],
      [`${variables}.TABLE`, `sk_${'live'}_123`, 'Get holds what looks like a secret in TABLE'],
      [
        `${variables}.TABLE`,
        { 'Fn::Sub': '{{resolve:secretsmanager:${StripeSecret}}}' },
        'Get holds what looks like a secret in TABLE',
      ],
      [
        'Reports.Properties.ContainerDefinitions.0.Environment.0.Name',
        'API_TOKEN',
        'Reports holds what looks like a secret in API_TOKEN',
      ],
    ],
  },
});
