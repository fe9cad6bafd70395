import { AwsError } from '../../aws/error.ts';
import { parsed } from '../../aws/operation.ts';
import { isRecord } from '../../cloudformation/template.ts';

/** What a target gets in place of the whole event; at most one of the three. */
interface TargetInput {
  readonly Input?: string | undefined;
  readonly InputPath?: string | undefined;
  readonly InputTransformer?:
    | {
        readonly InputPathsMap?: Readonly<Record<string, string>> | undefined;
        readonly InputTemplate: string;
      }
    | undefined;
}

/** What the reserved variables of a template stand for. */
interface Matched {
  readonly event: Readonly<Record<string, unknown>>;
  readonly ruleArn: string;
  readonly receivedAt: number;
}

/**
 * What the target gets for the event.
 *
 * @throws AwsError INVALID_JSON when that is no JSON, or is not there
 */
export function inputFor(target: TargetInput, matched: Matched): unknown {
  if (target.Input !== undefined) return JSON.parse(target.Input);
  if (target.InputPath !== undefined) {
    const part = read(matched.event, stepsOf(target.InputPath));
    if (part !== undefined) return part;
    throw new AwsError('INVALID_JSON', `The event has no ${target.InputPath}.`);
  }
  if (target.InputTransformer === undefined) return matched.event;
  const { InputPathsMap = {}, InputTemplate } = target.InputTransformer;
  const variables = Object.entries(InputPathsMap).map(([name, path]) => [
    name,
    read(matched.event, stepsOf(path)),
  ]);
  const input = parsed(filled(InputTemplate, { ...Object.fromEntries(variables), ...reserved(matched) }));
  if (input === undefined) throw new AwsError('INVALID_JSON', 'What the InputTemplate becomes is no JSON.');
  return input;
}

/**
 * Checks what can be checked before there is an event.
 *
 * @throws AwsError ValidationException that names the target and what is wrong
 */
export function checkInput(id: string, target: TargetInput): void {
  const refuse = (problem: string) => {
    throw new AwsError('ValidationException', `Target ${id}: ${problem}.`);
  };
  const { Input, InputPath, InputTransformer } = target;
  if ([Input, InputPath, InputTransformer].filter((one) => one !== undefined).length > 1) {
    refuse('only one of Input, InputPath and InputTransformer may be given');
  }
  const { InputPathsMap = {}, InputTemplate = '""' } = InputTransformer ?? {};
  for (const path of [...(InputPath === undefined ? [] : [InputPath]), ...Object.values(InputPathsMap)]) {
    if (!PATH.test(path)) refuse(`the JSON path ${path} is not supported`);
  }
  const known = { ...InputPathsMap, ...reserved({ event: {}, ruleArn: '', receivedAt: 0 }) };
  const unknown = placeholders(InputTemplate).find((name) => !Object.hasOwn(known, name));
  if (unknown !== undefined) refuse(`InputTemplate contains invalid placeholder ${unknown}`);
  const keys = [...InputTemplate.matchAll(TOKEN)].filter(([, , colon]) => colon !== undefined);
  if (keys.some(([, key = '']) => placeholders(key).length > 0)) {
    refuse('a placeholder cannot be an object key in InputTemplate');
  }
  const example = Object.fromEntries(Object.keys(known).map((name) => [name, '']));
  if (parsed(Input ?? filled(InputTemplate, example)) === undefined) {
    refuse('Input and InputTemplate must be JSON; a string stands in quotes');
  }
}

/** A string or a placeholder outside of strings, and the colon that makes it a key. */
const TOKEN = /("(?:[^"\\]|\\.)*"|<[^<>]+>)(\s*:)?/g;

const PATH = /^\$(\.[\w\-/]+|\.\*|\[(\d+|\*)\])*$/;

const stepsOf = (path: string) => [...path.matchAll(/[\w\-/]+|\*/g)].map(([step]) => step);

function read(value: unknown, [step, ...below]: readonly string[]): unknown {
  if (step === undefined) return value;
  if (typeof value !== 'object' || value === null) return undefined;
  if (step === '*') {
    return Object.values(value)
      .map((one) => read(one, below))
      .filter((one) => one !== undefined);
  }
  const isThere = Object.hasOwn(value, step) && (isRecord(value) || /^\d+$/.test(step));
  return isThere ? read((value as Record<string, unknown>)[step], below) : undefined;
}

function reserved({ event, ruleArn, receivedAt }: Matched): Record<string, unknown> {
  const { detail: _, ...envelope } = event;
  return {
    'aws.events.rule-arn': ruleArn,
    'aws.events.rule-name': ruleArn.split('/').at(-1),
    'aws.events.event.ingestion-time': new Date(receivedAt).toISOString(),
    'aws.events.event': envelope,
    'aws.events.event.json': event,
  };
}

const placeholders = (template: string) => [...template.matchAll(/<([^<>]+)>/g)].map(([, name = '']) => name);

/**
 * A placeholder outside of strings becomes JSON. In a string a text is put in as it is, since EventBridge does not
 * escape it. One that has no value becomes nothing.
 */
function filled(template: string, variables: Readonly<Record<string, unknown>>): string {
  return template.replace(TOKEN, (_, token: string, colon = '') => {
    const isText = token.startsWith('"');
    const text = token.replace(/<([^<>]+)>/g, (_placeholder, name: string) => {
      const value = variables[name] === undefined ? '' : variables[name];
      if (!isText) return JSON.stringify(value);
      return typeof value === 'string' ? value : JSON.stringify(value).replaceAll('"', '');
    });
    return text + colon;
  });
}
