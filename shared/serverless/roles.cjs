const ServerlessError = require('serverless/lib/serverless-error.js');

/**
 * @typedef {{ Effect: string, Action: string[], Resource: unknown }} Statement
 * @typedef {{ type: string, arn: unknown } | string} Destination
 *
 * The properties of a declared function that are read or changed here.
 * @typedef {object} Declared
 * @property {unknown} [role]
 * @property {Statement[]} [iamRoleStatements]
 * @property {{ onSuccess?: Destination, onFailure?: Destination }} [destinations]
 * @property {{ stream?: { destinations?: { onFailure?: Destination } } | string }[]} [events]
 *
 * The properties of functions and roles that are read or changed here.
 * @typedef {object} Properties
 * @property {{ 'Fn::GetAtt'?: string[] }} [Role]
 * @property {object} [TracingConfig]
 * @property {{ PolicyDocument: { Statement: Statement[] } }[]} [Policies]
 * @property {string} [PermissionsBoundary]
 *
 * What this plugin reads of the framework.
 * @typedef {object} Serverless
 * @property {{
 *   functions: { [key: string]: Declared },
 *   provider: {
 *     iam?: { role?: { permissionsBoundary?: string } },
 *     compiledCloudFormationTemplate: { Resources: { [id: string]: { Type: string, Properties: Properties } } } }
 * }} service
 */

/** What a function must be allowed so that Lambda can hand its events on, by the type of the destination. */
const HANDING_ON = /** @type {{ [type: string]: string }} */ ({
  sqs: 'sqs:SendMessage',
  sns: 'sns:Publish',
  function: 'lambda:InvokeFunction',
  eventBus: 'events:PutEvents',
});

/** The role that osls makes for functions without one of their own; it may write any log group of the stage. */
const SHARED_ROLE = 'IamRoleLambdaExecution';

/**
 * Finishes what serverless-iam-roles-per-function begins, and is listed after it: a function that asks for nothing
 * still gets a role of its own; one with destinations may send to them, which osls permits to the shared role alone,
 * so that failed events would be lost without a word; no function may create a log group, since a late one would
 * come back without its retention after the stack is removed; each may send its traces, which has no narrower
 * resource than `*`; and every role of the stack has the permissions boundary, which osls gives to the shared role alone.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
 */
class Roles {
  /** @param {Serverless} serverless */
  constructor({ service }) {
    this.hooks = {
      initialize: () => {
        for (const [key, declared] of Object.entries(service.functions ?? {})) {
          if (declared.role) continue;
          declared.iamRoleStatements = [
            ...(declared.iamRoleStatements ?? []),
            ...destinationsOf(declared).map((destination) => statementFor(destination, key)),
          ];
        }
      },
      'before:package:finalize': () => finishRoles(service.provider.compiledCloudFormationTemplate.Resources),
      // Until then the roles of `resources` are not in the template.
      'after:aws:package:finalize:mergeCustomProviderResources': () =>
        boundRoles(
          service.provider.compiledCloudFormationTemplate.Resources,
          service.provider.iam?.role?.permissionsBoundary,
        ),
    };
  }
}

/** @type {(declared: Declared) => Destination[]} */
const destinationsOf = ({ destinations = {}, events = [] }) =>
  [
    destinations.onSuccess,
    destinations.onFailure,
    ...events.map(({ stream }) => (typeof stream === 'object' ? stream.destinations?.onFailure : undefined)),
  ].filter((destination) => destination !== undefined);

/** @type {(destination: Destination, key: string) => Statement} */
const statementFor = (destination, key) => {
  const { type = '', arn } = typeof destination === 'object' ? destination : {};
  const action = HANDING_ON[type];
  if (action) return { Effect: 'Allow', Action: [action], Resource: arn };
  throw new ServerlessError(
    `The function ${key} has a destination without a type (${Object.keys(HANDING_ON).join(', ')}) and an arn.`,
    'INVALID_DESTINATION',
  );
};

/** @param {Serverless['service']['provider']['compiledCloudFormationTemplate']['Resources']} resources */
const finishRoles = (resources) => {
  for (const { Type, Properties } of Object.values(resources)) {
    if (Type !== 'AWS::Lambda::Function') continue;
    const role = resources[Properties.Role?.['Fn::GetAtt']?.[0] ?? ''];
    const statements = role?.Properties.Policies?.[0]?.PolicyDocument.Statement;
    if (!statements) continue;
    const logs = statements[0];
    if (logs?.Action.includes('logs:CreateLogGroup'))
      logs.Action = ['logs:CreateLogStream', 'logs:PutLogEvents'];
    if (!Properties.TracingConfig) continue;
    statements.push({
      Effect: 'Allow',
      Action: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
      Resource: '*',
    });
  }

  const { [SHARED_ROLE]: sharedRole, ...others } = resources;
  if (sharedRole && !JSON.stringify(others).includes(`"${SHARED_ROLE}"`)) delete resources[SHARED_ROLE];
};

/** @type {(resources: Serverless['service']['provider']['compiledCloudFormationTemplate']['Resources'], boundary?: string) => void} */
const boundRoles = (resources, boundary) => {
  if (!boundary) return;
  for (const { Type, Properties } of Object.values(resources)) {
    if (Type === 'AWS::IAM::Role') Properties.PermissionsBoundary = boundary;
  }
};

module.exports = Roles;
