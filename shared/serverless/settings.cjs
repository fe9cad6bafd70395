const path = require('node:path');
const { isDeepStrictEqual } = require('node:util');
const { closest, distance } = require('fastest-levenshtein');
const { parameters, stages } = require('./params.cjs');

/**
 * @typedef {import('serverless/lib/configuration/variables/parse.js').Variable} Variable
 *
 * What this plugin reads of the framework.
 * @typedef {object} Serverless
 * @property {{ commands: string[], options: { stage?: string, param?: string[] }, isHelpRequest: boolean }} processedInput
 * @property {string} serviceDir
 * @property {{ params?: { [stage: string]: { [name: string]: unknown } } }} configurationInput
 * @property {{ resources?: {
 *   Conditions?: { [id: string]: unknown }, Resources?: { [id: string]: { Type?: string } } } }} service
 * @property {Map<string, { variables?: Variable[] }>} variablesMeta what is not resolved yet, by path
 * @property {{ Error: new (message: string, code: string) => Error }} classes
 */

/**
 * Checks the stage and the parameters before anything is resolved, packaged or deployed, and ends the command with
 * one line that says what is wrong and what is allowed. Says when a package is made without the reports service. First in the list of plugins of the root and each service:
 * osls makes plugins after it has read the configuration and before it resolves parameters.
 */
class Settings {
  /**
   * @param {Serverless} serverless
   * @param {object} _options
   * @param {{ log: { notice: (line: string) => void } }} output
   */
  constructor(serverless, _options, { log }) {
    this.hooks = {
      /** A default may be a variable, such as `${ssm:…}`: it is checked again when it has its value. */
      initialize: () => check(serverless),
      'before:package:finalize': () => {
        if (leavesReportsOut(serverless)) {
          log.notice('The reports service is left out: no reportsImageUri.');
        }
      },
    };
    check(serverless);
  }
}

/**
 * Whether this stack could have the containers of services/reports and has none.
 *
 * @param {Serverless} serverless
 */
const leavesReportsOut = ({ service: { resources: { Conditions = {}, Resources = {} } = {} } }) =>
  Object.values(Resources).some(({ Type }) => Type === 'AWS::ECS::Service') &&
  isDeepStrictEqual(Conditions.ReportsOn, { 'Fn::Not': [{ 'Fn::Equals': ['', ''] }] });

/** @param {Serverless} serverless */
const check = (serverless) => {
  if (serverless.processedInput.isHelpRequest) return;
  const problem = misplaced(serverless) ?? problemOf(serverless);
  if (problem) throw new serverless.classes.Error(problem, 'INVALID_SETTINGS');
};

/** @type {(serverless: Serverless) => string | undefined} */
const misplaced = ({ processedInput: { commands }, serviceDir }) =>
  commands?.join(' ') === 'invoke local' && path.basename(path.dirname(serviceDir)) === 'services'
    ? '`sls invoke local` runs at the root of the repository, against the local cloud there.'
    : undefined;

/** @type {(serverless: Serverless) => string | undefined} */
const problemOf = ({ processedInput: { options }, configurationInput: { params = {} }, variablesMeta }) => {
  const stage = options.stage ?? 'dev';
  if (!stages.accepts(stage)) {
    return `The stage ${JSON.stringify(stage)} is not allowed; it may be ${stages.allowed}.`;
  }

  /** @type {Map<string, string>} */
  const given = new Map();
  for (const text of options.param ?? []) {
    const [name = '', ...rest] = text.split('=');
    const value = rest.join('=').trimEnd();
    const usage = 'write --param "name=value"';
    if (name === '') return `--param ${JSON.stringify(text)} names no parameter; ${usage}.`;
    if (value === '') return `--param ${JSON.stringify(text)} has no value; ${usage}.`;
    if (!Object.hasOwn(parameters, name)) return unknown(name);
    if (given.has(name)) return `The parameter ${name} is given twice.`;
    given.set(name, value);
  }

  /** @type {{ [name: string]: unknown }} */
  const values = { ...params.default, ...params[stage], ...Object.fromEntries(given) };
  for (const [name, value] of Object.entries(values)) {
    const parameter = parameters[name];
    if (!parameter) return `The parameter "${name}" is not described in shared/serverless/params.cjs.`;
    const text = String(value);
    const isResolvedLater = text.includes('${') && !given.has(name);
    if (isResolvedLater || parameter.accepts(text, values)) continue;
    return `The parameter ${name} is ${JSON.stringify(text)}; allowed: ${parameter.allowed}.`;
  }

  for (const [path, { variables = [] }] of variablesMeta) {
    const name = variables.map((variable) => missingParameter(variable, values)).find(Boolean);
    if (!name) continue;
    return `The parameter "${name}" has no value, and ${path.replaceAll('\0', '.')} needs it: ${
      Object.hasOwn(parameters, name)
        ? `give --param "${name}=…"`
        : 'describe it in shared/serverless/params.cjs'
    }.`;
  }
  return undefined;
};

/** @param {string} name */
const unknown = (name) => {
  const names = Object.keys(parameters);
  const near = closest(name, names);
  const isTypo = distance(name.toLowerCase(), near.toLowerCase()) <= name.length / 2;
  const all = `he parameters are ${names.join(', ')}.`;
  return `There is no parameter ${JSON.stringify(name)}; ${isTypo ? `is ${near} meant? T` : 't'}${all}`;
};

/**
 * The parameter that a variable cannot do without.
 *
 * @param {Variable} variable
 * @param {{ [name: string]: unknown }} values
 */
const missingParameter = ({ sources = [] }, values) => {
  const needed = sources.every(({ type, address }) => type === 'param' && address && !address.variables);
  const name = String(sources[0]?.address?.value ?? '');
  return needed && sources.every(({ address }) => values[String(address?.value)] === undefined)
    ? name
    : undefined;
};

module.exports = Settings;
