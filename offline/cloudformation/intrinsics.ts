import { isRecord, type Template } from './template.ts';

/** What a resource is called once it exists: the value of `Ref`, and those of `Fn::GetAtt`. */
export interface PhysicalResource {
  readonly ref: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Everything that an intrinsic function can look up. */
export interface Scope {
  readonly template: Template;
  readonly resources: ReadonlyMap<string, PhysicalResource>;
  /** Pseudo parameters such as `AWS::Region`. */
  readonly pseudo: Readonly<Record<string, string>>;
}

export class UnresolvedIntrinsic extends Error {
  override readonly name = 'UnresolvedIntrinsic';
}

export const ACCOUNT_ID = '000000000000';

export function pseudoParameters(region: string, stackName: string): Record<string, string> {
  return {
    'AWS::AccountId': ACCOUNT_ID,
    'AWS::Partition': 'aws',
    'AWS::Region': region,
    'AWS::StackId': `arn:aws:cloudformation:${region}:${ACCOUNT_ID}:stack/${stackName}/local`,
    'AWS::StackName': stackName,
    'AWS::URLSuffix': 'amazonaws.com',
  };
}

const NO_VALUE = Symbol('AWS::NoValue');

/**
 * Replaces every intrinsic function in the value by what it stands for. A property that comes out as
 * `AWS::NoValue` is left out, and so is the whole value.
 *
 * @throws UnresolvedIntrinsic that says which name is not known
 */
export function resolve(value: unknown, scope: Scope): unknown {
  const resolved = evaluate(value, scope);
  return resolved === NO_VALUE ? undefined : resolved;
}

/** Whether the named condition of the template holds; no name means no condition. */
export function holds(condition: string | undefined, scope: Scope): boolean {
  if (condition === undefined) return true;
  if (!(condition in scope.template.Conditions)) throw new UnresolvedIntrinsic(`no condition "${condition}"`);
  return decide(scope.template.Conditions[condition], scope);
}

/** The logical ids that a value refers to, whether or not they exist. */
export function referencesOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(referencesOf);
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, argument]) => {
    if (key === 'Ref') return [String(argument)];
    if (key === 'Fn::GetAtt') return [attributeOf(argument).id];
    if (key === 'Fn::Sub') {
      const [text, variables] = [argument].flat();
      const named = placeholders(String(text)).map((name) => name.split('.')[0] ?? name);
      return [...named, ...referencesOf(variables)];
    }
    return referencesOf(argument);
  });
}

function evaluate(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) {
    return value.map((entry) => evaluate(entry, scope)).filter((entry) => entry !== NO_VALUE);
  }
  if (!isRecord(value)) return value;
  const [[name, argument] = ['', undefined], ...others] = Object.entries(value);
  if (others.length === 0 && (name === 'Ref' || name.startsWith('Fn::'))) {
    const intrinsic = intrinsics[name];
    if (!intrinsic) throw new UnresolvedIntrinsic(`${name} is not supported locally`);
    return intrinsic(argument, scope);
  }
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, entry]) => [key, evaluate(entry, scope)] as const)
      .filter(([, entry]) => entry !== NO_VALUE),
  );
}

const intrinsics: Record<string, (argument: unknown, scope: Scope) => unknown> = {
  Ref: (argument, scope) => reference(String(argument), scope),

  'Fn::GetAtt': (argument, scope) => {
    const { id, attribute } = attributeOf(argument);
    const value = existing(id, scope).attributes[attribute];
    if (value === undefined) throw new UnresolvedIntrinsic(`"${id}" has no attribute "${attribute}" locally`);
    return value;
  },

  'Fn::Sub': (argument, scope) => {
    const [text, variables] = [argument].flat();
    return String(text).replace(/\$\{([^}]+)\}/g, (_, name: string) => {
      if (name.startsWith('!')) return `\${${name.slice(1)}}`;
      if (isRecord(variables) && name in variables) return textOf(variables[name], scope);
      const stands = name.includes('.') ? { 'Fn::GetAtt': name } : { Ref: name };
      return textOf(stands, scope);
    });
  },

  'Fn::Join': (argument, scope) => {
    const [separator, parts] = listOf(argument, 2, 'Fn::Join');
    return listOf(evaluate(parts, scope), 0, 'Fn::Join').join(String(separator));
  },

  'Fn::Select': (argument, scope) => {
    const [index, list] = listOf(argument, 2, 'Fn::Select');
    const entries = listOf(evaluate(list, scope), 0, 'Fn::Select');
    const entry = entries[Number(evaluate(index, scope))];
    if (entry === undefined)
      throw new UnresolvedIntrinsic(`Fn::Select: no entry ${index} in ${entries.length}`);
    return entry;
  },

  'Fn::Split': (argument, scope) => {
    const [separator, text] = listOf(argument, 2, 'Fn::Split');
    return textOf(text, scope).split(String(separator));
  },

  'Fn::If': (argument, scope) => {
    const [condition, yes, no] = listOf(argument, 3, 'Fn::If');
    return evaluate(holds(String(condition), scope) ? yes : no, scope);
  },

  'Fn::ImportValue': (argument, scope) => {
    const name = textOf(argument, scope);
    const output = Object.values(scope.template.Outputs).find(
      ({ Export, Condition }) => Export && holds(Condition, scope) && textOf(Export.Name, scope) === name,
    );
    if (!output) throw new UnresolvedIntrinsic(`nothing in this application exports "${name}"`);
    return evaluate(output.Value, scope);
  },
};

function decide(condition: unknown, scope: Scope): boolean {
  // Decided by custom.localCloud.conditions.
  if (typeof condition === 'boolean') return condition;
  const [[name, argument] = ['', undefined]] = Object.entries(isRecord(condition) ? condition : {});
  const all = () => listOf(argument, 1, name).map((entry) => decide(entry, scope));
  switch (name) {
    case 'Condition':
      return holds(String(argument), scope);
    case 'Fn::Equals': {
      const [left, right] = listOf(argument, 2, name).map((entry) => JSON.stringify(evaluate(entry, scope)));
      return left === right;
    }
    case 'Fn::And':
      return all().every(Boolean);
    case 'Fn::Or':
      return all().some(Boolean);
    case 'Fn::Not':
      return !all()[0];
    default:
      throw new UnresolvedIntrinsic(`${name || JSON.stringify(condition)} is no condition`);
  }
}

function reference(id: string, scope: Scope): unknown {
  if (id === 'AWS::NoValue') return NO_VALUE;
  return scope.pseudo[id] ?? existing(id, scope).ref;
}

function existing(id: string, scope: Scope): PhysicalResource {
  const found = scope.resources.get(id);
  if (found) return found;
  const declared = scope.template.Resources[id];
  if (!declared) throw new UnresolvedIntrinsic(`there is no resource "${id}"`);
  if (!holds(declared.Condition, scope)) {
    throw new UnresolvedIntrinsic(`"${id}" is not created, since its condition does not hold`);
  }
  throw new UnresolvedIntrinsic(
    `"${id}" is of type ${declared.Type}, which the local cloud does not emulate`,
  );
}

function attributeOf(argument: unknown): { id: string; attribute: string } {
  const [id = '', ...attribute] = Array.isArray(argument)
    ? argument.map(String)
    : String(argument).split('.');
  return { id, attribute: attribute.join('.') };
}

function placeholders(text: string): string[] {
  return [...text.matchAll(/\$\{([^!}][^}]*)\}/g)].map(([, name = '']) => name);
}

function textOf(value: unknown, scope: Scope): string {
  const resolved = evaluate(value, scope);
  if (typeof resolved === 'string' || typeof resolved === 'number' || typeof resolved === 'boolean') {
    return String(resolved);
  }
  throw new UnresolvedIntrinsic(`${JSON.stringify(value)} is no text`);
}

function listOf(value: unknown, atLeast: number, name: string): unknown[] {
  if (Array.isArray(value) && value.length >= atLeast) return value;
  throw new UnresolvedIntrinsic(`${name} takes a list${atLeast > 0 ? ` of at least ${atLeast}` : ''}`);
}
