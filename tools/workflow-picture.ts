import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readYaml } from './cloudformation-yaml.ts';
import { withMadePart } from './made-part.ts';

/** A state machine in the Amazon States Language; only what a picture shows. */
interface Machine {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}
interface State {
  readonly Type: string;
  readonly Next?: string;
  readonly End?: boolean;
  readonly Default?: string;
  readonly Choices?: readonly { readonly Next: string; readonly [rule: string]: unknown }[];
  readonly Catch?: readonly { readonly ErrorEquals: readonly string[]; readonly Next: string }[];
  readonly Branches?: readonly Machine[];
}

const MARKS = { begin: '<!-- picture of workflows/order.asl.yml -->', end: '<!-- end of the picture -->' };
const ROOT = join(import.meta.dirname, '..');
/** The pages that show the workflow. */
export const PAGES = ['README.md', 'services/orders/README.md'];

/** The state machine as a flow chart in Mermaid's language: tasks, choices and ends, with what leads where. */
export function picture(machine: Machine): string {
  return ['```mermaid', 'flowchart TD', ...statesOf(machine, '  '), '```'].join('\n');
}

function statesOf({ StartAt, States }: Machine, indent: string): string[] {
  const states = Object.entries(States);
  return [
    `${indent}start_${StartAt}(( )) --> ${StartAt}`,
    ...states.flatMap(([name, state]) => shapeOf(name, state, indent)),
    ...states.flatMap(([name, state]) => arrowsOf(name, state).map((arrow) => indent + arrow)),
  ];
}

function shapeOf(name: string, { Type, Branches }: State, indent: string): string[] {
  if (Branches) {
    const branches = Branches.flatMap((branch) => statesOf(branch, `${indent}  `));
    return [`${indent}subgraph ${name}`, ...branches, `${indent}end`];
  }
  if (Type === 'Choice') return [`${indent}${name}{${name}}`];
  return [
    Type === 'Succeed' || Type === 'Fail' ? `${indent}${name}([${name}])` : `${indent}${name}[${name}]`,
  ];
}

function arrowsOf(name: string, { Next, Default, Choices = [], Catch = [] }: State): string[] {
  return [
    ...(Next ? [`${name} --> ${Next}`] : []),
    ...Choices.map(({ Next: next, ...rule }) => `${name} -->|${labelOf(rule)}| ${next}`),
    ...(Default ? [`${name} --> ${Default}`] : []),
    ...Catch.map(({ ErrorEquals, Next: next }) => `${name} -.->|${ErrorEquals.join(', ')}| ${next}`),
  ];
}

/** What a rule is about: the last name in its path. */
const labelOf = ({ Variable }: Readonly<Record<string, unknown>>) => String(Variable).split('.').at(-1);

/** The page with its picture of the order workflow made anew. @throws Error when it has no place for one */
export function withPicture(page: string): string {
  const machine = readYaml(join(ROOT, 'services/orders/workflows/order.asl.yml')) as Machine;
  return withMadePart(page, MARKS, [picture(machine)]);
}

if (import.meta.main) {
  for (const page of PAGES) {
    const file = join(ROOT, page);
    writeFileSync(file, withPicture(readFileSync(file, 'utf8')));
  }
}
