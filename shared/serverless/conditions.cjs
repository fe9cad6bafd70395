const ServerlessError = require('serverless/lib/serverless-error.js');

/**
 * A value of a template.
 * @typedef {string | number | boolean | null | Value[] | { [key: string]: Value }} Value
 * @typedef {{ [id: string]: Value }} Conditions
 *
 * The part of a template that is read or changed here.
 * @typedef {object} Template
 * @property {Conditions} [Conditions]
 * @property {{ [id: string]: { Condition?: string, DependsOn?: string | string[] } }} Resources
 * @property {{ [id: string]: { Condition?: string } }} [Outputs]
 *
 * What this plugin reads of the framework.
 * @typedef {{ service: { provider: { compiledCloudFormationTemplate: Template } } }} Serverless
 */

/**
 * Leaves out of the compiled template what its conditions leave out anyway: they compare parameters, which have their
 * values when a package is made, and CloudFormation counts what it does not create towards its 500 resources. Of the
 * root alone, before the dashboard of what is left. See docs/decisions/0031-conditions-are-settled-in-the-package.md.
 */
class SettledConditions {
  /** @param {Serverless} serverless */
  constructor({ service }) {
    this.hooks = {
      'after:aws:package:finalize:mergeCustomProviderResources': () =>
        settle(service.provider.compiledCloudFormationTemplate),
    };
  }
}

/** @param {Template} template */
const settle = (template) => {
  const { Conditions = {}, Resources, Outputs = {} } = template;
  /** @type {(name: string) => boolean} */
  const holds = (name) => decide(Conditions[name] ?? null, holds);

  for (const parts of [Resources, Outputs]) {
    for (const [id, part] of Object.entries(parts)) {
      const { Condition, ...rest } = part;
      if (Condition === undefined || holds(Condition))
        parts[id] = /** @type {typeof part} */ (chosen(rest, holds));
      else delete parts[id];
    }
  }
  // CloudFormation passes over what a resource depends on that is not created, and refuses what is not declared.
  for (const resource of Object.values(Resources)) {
    const { DependsOn } = resource;
    if (Array.isArray(DependsOn)) resource.DependsOn = DependsOn.filter((id) => id in Resources);
    else if (DependsOn !== undefined && !(DependsOn in Resources)) delete resource.DependsOn;
  }
  delete template.Conditions;
};

/** @type {(condition: Value, holds: (name: string) => boolean) => boolean} */
const decide = (condition, holds) => {
  const [[name, argument] = ['', null]] = Object.entries(condition ?? {});
  const operands = Array.isArray(argument) ? argument : [];
  switch (name) {
    case 'Condition':
      return holds(String(argument));
    case 'Fn::And':
      return operands.every((operand) => decide(operand, holds));
    case 'Fn::Or':
      return operands.some((operand) => decide(operand, holds));
    case 'Fn::Not':
      return !decide(operands[0] ?? null, holds);
    case 'Fn::Equals':
      if (operands.length === 2 && operands.every((operand) => typeof operand !== 'object')) {
        return String(operands[0]) === String(operands[1]);
      }
  }
  throw new ServerlessError(
    `The condition ${JSON.stringify(condition)} compares something else than parameters.`,
    'INVALID_CONDITION',
  );
};

/**
 * The value with one branch of each `Fn::If`; undefined where nothing is left.
 *
 * @type {(value: Value, holds: (name: string) => boolean) => Value | undefined}
 */
const chosen = (value, holds) => {
  if (Array.isArray(value)) {
    return value.map((entry) => chosen(entry, holds)).filter((entry) => entry !== undefined);
  }
  if (typeof value !== 'object' || value === null) return value;
  const { Ref, 'Fn::If': branches } = value;
  if (Ref === 'AWS::NoValue') return undefined;
  if (Array.isArray(branches)) {
    const [condition, yes = null, no = null] = branches;
    return chosen(holds(String(condition)) ? yes : no, holds);
  }
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, entry]) => {
      const kept = chosen(entry, holds);
      return kept === undefined ? [] : [[key, kept]];
    }),
  );
};

module.exports = SettledConditions;
