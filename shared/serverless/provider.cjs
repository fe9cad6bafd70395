const path = require('node:path');
const ServerlessError = require('serverless/lib/serverless-error.js');
const { stages } = require('./params.cjs');

/**
 * The provider block of the application and of every service that is deployed alone.
 *
 * osls reads `provider.name` before it knows any parameter, so what depends on one is left as a variable that
 * osls resolves later; `httpApi` and `iam` are computed by functions of their own for the same reason.
 *
 * What osls hands to a function that computes a variable.
 * @typedef {object} VariableContext
 * @property {{ stage?: string }} options
 * @property {(variable: string) => Promise<string | number | boolean>} resolveVariable
 */

/** Variables are resolved against the folder that osls runs in, which is the root or a service. */
const besideThisFile = (/** @type {string} */ name) =>
  path.relative(process.cwd(), path.join(__dirname, name)).split(path.sep).join('/');

/** @param {VariableContext} context */
const provider = ({ options }) => {
  // With such a stage osls fails before any plugin is loaded, once for every name that carries it.
  if (/[^A-Za-z0-9-]/.test(options.stage ?? '')) {
    throw new ServerlessError(
      `Cannot resolve variable at "stage": "${options.stage}" is not allowed; it may be ${stages.allowed}`,
      'INVALID_SETTINGS',
    );
  }
  return declared();
};

const declared = () => ({
  name: 'aws',
  runtime: 'nodejs24.x',
  architecture: 'arm64',
  region: "${opt:region, 'eu-west-1'}",
  stackName: '${self:custom.stackName}',
  memorySize: 512,
  // HTTP APIs give up after 30 s; a function that answers later is paid for and not heard.
  timeout: 10,
  versionFunctions: false,
  logRetentionInDays: '${param:logRetentionInDays}',
  deletionProtection: `\${file(${besideThisFile('retention.cjs')}):protect}`,
  deploymentBucket: { blockPublicAccess: true },
  tracing: { lambda: true },
  tags: { application: 'shop', stage: '${sls:stage}' },
  stackTags: { application: 'shop', stage: '${sls:stage}' },
  environment: {
    LOG_LEVEL: '${param:logLevel}',
    // The dimension of every metric: stages may share an account.
    POWERTOOLS_SERVICE_NAME: 'shop-${sls:stage}',
    POWERTOOLS_METRICS_NAMESPACE: 'shop',
    ALLOWED_ORIGINS: '${param:allowedOrigins}',
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
  httpApi: `\${file(${besideThisFile('provider.cjs')}):httpApi}`,
  iam: `\${file(${besideThisFile('provider.cjs')}):iam}`,
});

/**
 * The role that CloudFormation deploys with, and the boundary of the roles that it makes, where they are given.
 *
 * @param {VariableContext} context
 */
const iam = async ({ resolveVariable }) => {
  const deploymentRole = String(await resolveVariable('param:deploymentRoleArn'));
  const permissionsBoundary = String(await resolveVariable('param:permissionsBoundaryArn'));
  return {
    ...(deploymentRole && { deploymentRole }),
    ...(permissionsBoundary && { role: { permissionsBoundary } }),
  };
};

/**
 * CORS, and who may sign tokens: the issuer given by the parameter `issuerUrl`, or else the user pool that
 * services/identity creates and exports.
 *
 * @param {VariableContext} context
 */
const httpApi = async ({ resolveVariable }) => {
  const issuerUrl = String(await resolveVariable('param:issuerUrl'));
  const tokenAudience = String(await resolveVariable('param:tokenAudience'));
  const allowedOrigins = String(await resolveVariable('param:allowedOrigins'));

  return {
    metrics: true,
    cors: {
      allowedOrigins: allowedOrigins.split(',').map((origin) => origin.trim()),
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
        issuerUrl: issuerUrl || { 'Fn::ImportValue': 'shop-${sls:stage}-issuer-url' },
        audience: [issuerUrl ? tokenAudience : { 'Fn::ImportValue': 'shop-${sls:stage}-token-audience' }],
      },
    },
  };
};

module.exports = { provider, httpApi, iam };
