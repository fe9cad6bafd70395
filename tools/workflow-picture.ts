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
import { withMadePart } from './made-part.ts';

const MARKS = { begin: '<!-- picture of workflows/order.asl.yml -->', end: '<!-- end of the picture -->' };
const ROOT = join(import.meta.dirname, '..');
/** The pages that show the workflow. */
export const PAGES = ['README.md', 'services/orders/README.md'];

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
