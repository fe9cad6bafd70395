import { at, idOf, listAt, type NamedResource, ofType, spell, type Template } from '../template.ts';
import { isOfWebSocket } from './http-api.ts';
import { statementsOf } from './policies.ts';
import { each, type Rule, unless } from './rule.ts';

const INTEGRATION = ['AWS::ApiGatewayV2::Integration'];
/** A WebSocket API has the ARN of the function within another. */
const WEBSOCKET_URI = /^arn:.+:lambda:path\/2015-03-31\/functions\/(.+)\/invocations$/;
const ROLLED_BACK_AFTER = ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM'];

/** The ARN that an integration or an authorizer calls, of a function of this template or of an alias of one; undefined for another. */
function called({ Resources }: Template, { properties }: NamedResource) {
  const uri = properties.IntegrationUri ?? properties.AuthorizerUri;
  const isFunction = Resources[idOf(uri) ?? '']?.Type === 'AWS::Lambda::Function';
  return isFunction ? spell(uri).replace(WEBSOCKET_URI, '$1') : undefined;
}

/** Whether its role, or a permission on just what it calls, lets the API call it. */
function mayCall(template: Template, { properties }: NamedResource, arn: string): boolean {
  const role = properties.CredentialsArn ?? properties.AuthorizerCredentialsArn;
  if (role !== undefined) {
    return statementsOf(template.Resources[idOf(role) ?? '']).some(
      ({ allows, actions, resources }) =>
        allows && actions.includes('lambda:InvokeFunction') && resources.map(spell).includes(arn),
    );
  }
  return ofType(template, 'AWS::Lambda::Permission').some(
    ({ properties: { Principal, FunctionName } }) =>
      Principal === 'apigateway.amazonaws.com' && spell(FunctionName) === arn,
  );
}

const aliases = (template: Template) =>
  ofType(template, 'AWS::Lambda::Alias').map((alias) => ({
    ...alias,
    arn: `\${${idOf(alias.properties.FunctionName)}.Arn}:${alias.properties.Name}`,
    group: idOf(at(alias.resource.UpdatePolicy, 'CodeDeployLambdaAliasUpdate', 'DeploymentGroupName')),
  }));

export const apiFunctionRules: readonly Rule[] = [
  {
    id: 'api-may-call',
    why: 'the API answers 500 to every request for a function, or a version, that it may not call',
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html',
    check: each([...INTEGRATION, 'AWS::ApiGatewayV2::Authorizer'], (integration, { template }) => {
      const arn = called(template, integration);
      return unless(arn === undefined || mayCall(template, integration, arn), `may not call ${arn}`);
    }),
  },
  {
    id: 'shifted-function',
    why: 'where traffic is shifted, one function that is not gives broken code to everybody at once',
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html',
    check: each(INTEGRATION, (integration, { template }) => {
      const arn = called(template, integration);
      const isShifted = ofType(template, 'AWS::CodeDeploy::Application').length > 0;
      // What brings traffic back is the alarm of the HTTP API.
      if (arn === undefined || !isShifted || isOfWebSocket(template, integration)) return [];
      const alias = aliases(template).find((one) => one.arn === arn);
      if (alias === undefined) return [`calls ${arn}, which is no alias`];
      return unless(
        template.Resources[alias.group ?? '']?.Type === 'AWS::CodeDeploy::DeploymentGroup',
        `calls ${arn}, which no deployment group leads from version to version`,
      );
    }),
  },
  {
    id: 'shift-rolls-back',
    why: 'a shift that nobody watches, or that does not go back, is a slow way to break everything',
    source: 'https://docs.aws.amazon.com/codedeploy/latest/userguide/deployments-rollback-and-redeploy.html',
    check: each(['AWS::CodeDeploy::DeploymentGroup'], ({ id, properties }, { template }) => {
      const watched = listAt(properties, 'AlarmConfiguration', 'Alarms').filter(
        (alarm) => template.Resources[idOf(at(alarm, 'Name')) ?? '']?.Type === 'AWS::CloudWatch::Alarm',
      );
      const events = listAt(properties, 'AutoRollbackConfiguration', 'Events').map(String);
      return [
        ...unless(
          at(properties, 'AlarmConfiguration', 'Enabled') === true && watched.length > 0,
          'watches no alarm of this template',
        ),
        ...unless(
          at(properties, 'AutoRollbackConfiguration', 'Enabled') === true,
          'rolls nothing back by itself',
        ),
        ...ROLLED_BACK_AFTER.filter((event) => !events.includes(event)).map(
          (event) => `does not roll back after ${event}`,
        ),
        ...unless(
          !/AllAtOnce$/.test(String(properties.DeploymentConfigName ?? 'AllAtOnce')),
          'shifts everything at once',
        ),
        ...unless(
          aliases(template).filter(({ group }) => group === id).length < 2,
          'leads several functions, and CodeDeploy deploys one at a time in a group',
        ),
      ];
    }),
  },
];
