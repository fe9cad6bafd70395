import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Graph,
  type GraphEdge,
  type GraphState,
  graphOf,
  type Machine,
} from '../console/src/workflow/graph.ts';
import { readYaml } from './cloudformation-yaml.ts';

const [BEGIN, END] = ['<!-- picture of workflows/order.asl.yml -->', '<!-- end of the picture -->'];
const ROOT = join(import.meta.dirname, '..');
const README = join(ROOT, 'services/orders/README.md');

/** The state machine as a flow chart in Mermaid's language: tasks, choices and ends, with what leads where. */
export function picture(machine: Machine): string {
  return ['```mermaid', 'flowchart TD', ...linesOf(graphOf(machine), undefined, '  '), '```'].join('\n');
}

/** What stands in a Parallel state, or on the main line; a branch is begun where its first state stands. */
function linesOf(graph: Graph, parent: string | undefined, indent: string): string[] {
  const states = graph.states.filter((state) => state.parent === parent);
  const names = new Set(states.map(({ name }) => name));
  return [
    ...states.flatMap((state) => [
      ...(state.isStart ? [`${indent}start_${state.name}(( )) --> ${state.name}`] : []),
      ...shapeOf(graph, state, indent),
    ]),
    ...graph.edges.filter(({ from }) => names.has(from)).map((edge) => indent + arrowOf(edge)),
  ];
}

function shapeOf(graph: Graph, { name, type }: GraphState, indent: string): string[] {
  if (graph.states.some(({ parent }) => parent === name)) {
    return [`${indent}subgraph ${name}`, ...linesOf(graph, name, `${indent}  `), `${indent}end`];
  }
  if (type === 'Choice') return [`${indent}${name}{${name}}`];
  return [
    type === 'Succeed' || type === 'Fail' ? `${indent}${name}([${name}])` : `${indent}${name}[${name}]`,
  ];
}

function arrowOf({ from, to, label, isCatch }: GraphEdge): string {
  return `${from} ${isCatch ? '-.->' : '-->'}${label && `|${label}|`} ${to}`;
}

/** The README of the orders service with its picture made anew. @throws Error when it has no place for one */
export function withPicture(readme: string): string {
  const machine = readYaml(join(ROOT, 'services/orders/workflows/order.asl.yml')) as Machine;
  const [before, rest = ''] = readme.split(BEGIN);
  const [, after] = rest.split(END);
  if (after === undefined) throw new Error(`${README} has no place for a picture.`);
  return `${before}${BEGIN}\n${picture(machine)}\n${END}${after}`;
}

if (import.meta.main) writeFileSync(README, withPicture(readFileSync(README, 'utf8')));
