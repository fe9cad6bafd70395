import { testRules } from '../testing/rule-examples.ts';
import { httpApiRules } from './http-api.ts';

const route = (Properties: Record<string, unknown>) => ({ Type: 'AWS::ApiGatewayV2::Route', Properties });
const stage = (Properties: Record<string, unknown>) => ({ Type: 'AWS::ApiGatewayV2::Stage', Properties });
const FORMAT = '{"id":"$context.requestId","route":"$context.routeKey","status":"$context.status"}';

testRules(httpApiRules, {
  'route-authorised': {
    fine: {
      Sockets: { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType: 'WEBSOCKET' } },
      Get: route({ RouteKey: 'GET /orders', AuthorizationType: 'JWT', AuthorizationScopes: ['shop/orders'] }),
      Connect: route({ ApiId: { Ref: 'Sockets' }, RouteKey: '$connect', AuthorizationType: 'CUSTOM' }),
      Leave: route({ ApiId: { Ref: 'Sockets' }, RouteKey: '$disconnect' }),
    },
    broken: [
      ['Get.Properties.AuthorizationType', undefined, 'Get GET /orders is open to everybody'],
      ['Get.Properties.AuthorizationType', 'NONE', 'Get GET /orders is open to everybody'],
      ['Get.Properties.AuthorizationScopes', [], 'Get GET /orders takes a token without a scope'],
      ['Connect.Properties.AuthorizationType', 'NONE', 'Connect $connect is open to everybody'],
      ['Leave.Properties.ApiId', { Ref: 'Other' }, 'Leave $disconnect is open to everybody'],
    ],
  },
  throttling: {
    fine: {
      Default: stage({ DefaultRouteSettings: { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 500 } }),
    },
    broken: [
      [
        'Default.Properties.DefaultRouteSettings.ThrottlingRateLimit',
        undefined,
        'Default has no limit of its own to requests',
      ],
      [
        'Default.Properties.DefaultRouteSettings.ThrottlingBurstLimit',
        undefined,
        'Default has no limit of its own to requests',
      ],
    ],
  },
  'access-log': {
    fine: { Default: stage({ AccessLogSettings: { DestinationArn: { Ref: 'Log' }, Format: FORMAT } }) },
    broken: [
      ['Default.Properties.AccessLogSettings', undefined, 'Default has no access log'],
      [
        'Default.Properties.AccessLogSettings.Format',
        '{"id":"$context.requestId","route":"$context.routeKey"}',
        'Default has no JSON access log with $context.status',
      ],
    ],
  },
  cors: {
    fine: {
      Api: {
        Type: 'AWS::ApiGatewayV2::Api',
        Properties: { CorsConfiguration: { AllowOrigins: ['*'], AllowCredentials: false } },
      },
    },
    broken: [
      [
        'Api.Properties.CorsConfiguration.AllowCredentials',
        true,
        'Api sends cookies to pages of every origin',
      ],
    ],
  },
});
