import { isRecord } from '../../../offline/cloudformation/template.ts';
import { at, idOf, listAt, type NamedResource, type Template } from '../template.ts';
import { each, type Rule, unless } from './rule.ts';

const STAGE = ['AWS::ApiGatewayV2::Stage'];
const LOGGED = ['$context.requestId', '$context.routeKey', '$context.status'];

/** Only the opening of a WebSocket can be authorised; its other routes are open to whoever got in. */
const isInsideConnection = (template: Template, route: NamedResource) =>
  isOfWebSocket(template, route) && route.properties.RouteKey !== '$connect';

/** Whether a route, an integration or a stage is of a WebSocket API. */
export const isOfWebSocket = ({ Resources }: Template, { properties }: NamedResource): boolean =>
  Resources[idOf(properties.ApiId) ?? '']?.Properties?.ProtocolType === 'WEBSOCKET';

function fieldsOf(format: unknown): unknown[] {
  try {
    const parsed: unknown = JSON.parse(String(format));
    return isRecord(parsed) ? Object.values(parsed) : [];
  } catch {
    return [];
  }
}

export const httpApiRules: readonly Rule[] = [
  {
    id: 'route-authorised',
    why: 'a route is open to the world unless it says otherwise',
    source: 'https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control.html',
    check: each(['AWS::ApiGatewayV2::Route'], (route, { template }) => {
      const { RouteKey, AuthorizationType = 'NONE', AuthorizationScopes } = route.properties;
      if (isInsideConnection(template, route)) return [];
      if (AuthorizationType === 'NONE') return [`${RouteKey} is open to everybody`];
      return unless(
        AuthorizationType !== 'JWT' || listAt(AuthorizationScopes).length > 0,
        `${RouteKey} takes a token without a scope`,
      );
    }),
  },
  {
    id: 'throttling',
    why: 'one caller in a loop takes the requests of all, and what they cost',
    source: 'https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html',
    check: each(STAGE, ({ properties }) =>
      unless(
        Number(at(properties, 'DefaultRouteSettings', 'ThrottlingRateLimit') ?? 0) > 0 &&
          Number(at(properties, 'DefaultRouteSettings', 'ThrottlingBurstLimit') ?? 0) > 0,
        'has no limit of its own to requests',
      ),
    ),
  },
  {
    id: 'access-log',
    why: 'a request that the API itself refused stands in no other log',
    source: 'https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging.html',
    check: each(STAGE, ({ properties }) => {
      const { DestinationArn, Format } = (properties.AccessLogSettings ?? {}) as Record<string, unknown>;
      if (DestinationArn === undefined) return ['has no access log'];
      const fields = fieldsOf(Format);
      return LOGGED.filter((field) => !fields.includes(field)).map(
        (field) => `has no JSON access log with ${field}`,
      );
    }),
  },
  {
    id: 'cors',
    why: 'with cookies for every origin, any page acts in its visitor’s name',
    source: 'https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html',
    check: each(['AWS::ApiGatewayV2::Api'], ({ properties }) =>
      unless(
        at(properties, 'CorsConfiguration', 'AllowCredentials') !== true ||
          !listAt(properties, 'CorsConfiguration', 'AllowOrigins').includes('*'),
        'sends cookies to pages of every origin',
      ),
    ),
  },
];
