const { dashboardBody } = require('./dashboard.cjs');
const { queries } = require('./queries.cjs');

/**
 * What this plugin reads of the framework.
 * @typedef {object} Serverless
 * @property {{ provider: {
 *   stackName: string,
 *   environment: { [name: string]: string },
 *   compiledCloudFormationTemplate: { Resources: import('./dashboard.cjs').Resources }
 * } }} service
 */

/**
 * Adds to the compiled template a dashboard of what it has, and saved queries over the logs of its functions and
 * containers, so that neither names anything by hand. Of the root alone: a stage is one stack there.
 */
class Observability {
  /** @param {Serverless} serverless */
  constructor({ service }) {
    this.hooks = {
      'after:aws:package:finalize:mergeCustomProviderResources': () => {
        const { stackName, environment, compiledCloudFormationTemplate } = service.provider;
        const { Resources } = compiledCloudFormationTemplate;
        Object.assign(Resources, {
          Dashboard: {
            Type: 'AWS::CloudWatch::Dashboard',
            Properties: {
              DashboardName: stackName,
              DashboardBody: dashboardBody(Resources, {
                namespace: String(environment.POWERTOOLS_METRICS_NAMESPACE),
                service: String(environment.POWERTOOLS_SERVICE_NAME),
              }),
            },
          },
          ...savedQueries(stackName, logGroupsOf(Resources)),
        });
      },
    };
  }
}

/** @type {(folder: string, LogGroupNames: object[]) => import('./dashboard.cjs').Resources} */
const savedQueries = (folder, LogGroupNames) =>
  Object.fromEntries(
    Object.entries(queries).map(([id, { name, query }]) => [
      id,
      {
        Type: 'AWS::Logs::QueryDefinition',
        Properties: { Name: `${folder}/${name}`, QueryString: query, LogGroupNames },
      },
    ]),
  );

/**
 * The logs that our code writes. A query may look into fifty.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
 *
 * @type {(resources: import('./dashboard.cjs').Resources) => object[]}
 */
const logGroupsOf = (resources) =>
  Object.entries(resources)
    .filter(([, { Type }]) => Type === 'AWS::Logs::LogGroup')
    .filter(([, { Properties = {} }]) => /^\/aws\/(lambda|ecs)\//.test(String(Properties.LogGroupName)))
    .map(([id]) => ({ Ref: id }));

module.exports = Observability;
