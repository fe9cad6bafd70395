/**
 * The provider block of the application and of every service that is deployed alone.
 *
 * Tokens come from the issuer given by the parameter `issuerUrl`, or else from the user pool that
 * services/identity creates and exports.
 */
module.exports = async ({ options, resolveVariable }) => {
  const param = (name) => resolveVariable(`param:${name}`);
  const stage = await resolveVariable('sls:stage');
  const issuerUrl = await param('issuerUrl');
  const allowedOrigins = await param('allowedOrigins');

  return {
    name: 'aws',
    runtime: 'nodejs24.x',
    architecture: 'arm64',
    region: options.region ?? 'eu-west-1',
    stage,
    stackName: await resolveVariable('self:custom.stackName'),
    memorySize: 512,
    timeout: 10,
    versionFunctions: false,
    logRetentionInDays: await param('logRetentionInDays'),
    deploymentBucket: { blockPublicAccess: true },
    tracing: { lambda: true },
    tags: { application: 'shop', stage },
    stackTags: { application: 'shop', stage },
    environment: {
      LOG_LEVEL: await param('logLevel'),
      POWERTOOLS_SERVICE_NAME: 'shop',
      POWERTOOLS_METRICS_NAMESPACE: 'shop',
      ALLOWED_ORIGINS: allowedOrigins,
    },
    logs: {
      httpApi: {
        format: JSON.stringify({
          requestId: '$context.requestId',
          routeKey: '$context.routeKey',
          status: '$context.status',
          responseLength: '$context.responseLength',
          latency: '$context.responseLatency',
          integrationError: '$context.integrationErrorMessage',
          authorizerError: '$context.authorizer.error',
          sourceIp: '$context.identity.sourceIp',
        }),
      },
    },
    httpApi: {
      metrics: true,
      cors: {
        allowedOrigins: allowedOrigins.split(','),
        allowedHeaders: [
          'authorization',
          'content-type',
          'idempotency-key',
          'if-match',
          'if-none-match',
          'x-correlation-id',
        ],
        allowedMethods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
        exposedResponseHeaders: ['etag', 'location', 'retry-after', 'x-correlation-id'],
        maxAge: 600,
      },
      authorizers: {
        shopJwt: {
          type: 'jwt',
          identitySource: '$request.header.Authorization',
          issuerUrl: issuerUrl || { 'Fn::ImportValue': `shop-${stage}-issuer-url` },
          audience: [issuerUrl ? await param('tokenAudience') : { 'Fn::ImportValue': `shop-${stage}-token-audience` }],
        },
      },
    },
  };
};
