/**
 * @typedef {{ Effect: string, Action: string[], Resource: unknown }} Statement
 *
 * The properties of functions and roles that are read or changed here.
 * @typedef {object} Properties
 * @property {{ 'Fn::GetAtt'?: string[] }} [Role]
 * @property {object} [TracingConfig]
 * @property {{ PolicyDocument: { Statement: Statement[] } }[]} [Policies]
 *
 * What this plugin reads of the framework.
 * @typedef {object} Serverless
 * @property {{
 *   functions: { [key: string]: { role?: unknown, iamRoleStatements?: Statement[] } },
 *   provider: { compiledCloudFormationTemplate: { Resources: { [id: string]: { Type: string, Properties: Properties } } } }
 * }} service
 */

/** The role that osls makes for functions without one of their own; it may write any log group of the stage. */
const SHARED_ROLE = 'IamRoleLambdaExecution';

/**
 * Finishes what serverless-iam-roles-per-function begins, and is listed after it: a function that asks for nothing
 * still gets a role of its own; no function may create a log group, since a late one would come back without its
 * retention after the stack is removed; and each may send its traces, which has no narrower resource than `*`.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
 */
class Roles {
  /** @param {Serverless} serverless */
  constructor({ service }) {
    this.hooks = {
      initialize: () => {
        for (const declared of Object.values(service.functions ?? {})) {
          if (!declared.role) declared.iamRoleStatements ??= [];
        }
      },
      'before:package:finalize': () => finishRoles(service.provider.compiledCloudFormationTemplate.Resources),
    };
  }
}

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

module.exports = Roles;
