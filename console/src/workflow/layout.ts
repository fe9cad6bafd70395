import { graphlib, layout } from '@dagrejs/dagre';
import type { Graph, GraphEdge, GraphState } from './graph.ts';

/** In pixels; `x` and `y` are of the upper left corner. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface PlacedState extends GraphState, Box {
  /** Whether it stands around others. */
  readonly isFrame: boolean;
}

export interface PlacedEdge extends GraphEdge {
  readonly points: readonly Point[];
  /** The middle of its label. */
  readonly labelAt: Point;
}

/** Where everything of a picture stands. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** A frame comes before what stands in it. */
  readonly states: readonly PlacedState[];
  readonly edges: readonly PlacedEdge[];
}

const STATE = { width: 168, height: 44 };
const FRAME = { top: 30, side: 14 };
const LABEL_HEIGHT = 16;
const CHARACTER_WIDTH = 6.2;
const GAPS = { rankdir: 'TB', align: 'UL', nodesep: 22, edgesep: 14, ranksep: 26, marginx: 2, marginy: 2 };

/** What is caught in most states is not worth a label. */
export const shownLabel = ({ label, isCatch }: GraphEdge): string =>
  isCatch && label === 'States.ALL' ? '' : label;

/**
 * Places the states from top to bottom. A Parallel state is laid out by itself, as one large box of the others: the
 * library draws no edges to a group.
 */
export function layoutOf(graph: Graph, parent?: string): Picture {
  const states = graph.states.filter((state) => state.parent === parent);
  const names = new Set(states.map(({ name }) => name));
  const edges = graph.edges.filter(({ from }) => names.has(from));
  const inside = new Map(
    states
      .filter(({ name }) => graph.states.some((state) => state.parent === name))
      .map(({ name }) => [name, layoutOf(graph, name)]),
  );

  const plan = new graphlib.Graph({ multigraph: true });
  plan.setGraph(GAPS);
  for (const { name } of states) {
    const inner = inside.get(name);
    plan.setNode(name, inner ? framed(inner) : { ...STATE });
  }
  for (const [index, edge] of edges.entries()) {
    const label = shownLabel(edge);
    const size = label ? { width: label.length * CHARACTER_WIDTH, height: LABEL_HEIGHT } : {};
    // The ordinary way stays straight; what is caught goes around it.
    plan.setEdge(edge.from, edge.to, { ...size, labelpos: 'c', weight: edge.isCatch ? 1 : 8 }, String(index));
  }
  layout(plan);

  const placed = states.flatMap((state): PlacedState[] => {
    const { x, y, width, height } = plan.node(state.name) as Box;
    const box = { x: x - width / 2, y: y - height / 2, width, height };
    const inner = inside.get(state.name);
    const moved = (inner?.states ?? []).map((each) => ({ ...each, ...shifted(each, box) }));
    return [{ ...state, ...box, isFrame: inner !== undefined }, ...moved];
  });
  const drawn = edges.map((edge, index): PlacedEdge => {
    const { points, x = 0, y = 0 } = plan.edge(edge.from, edge.to, String(index)) as Route;
    return { ...edge, points, labelAt: { x, y } };
  });
  const innerEdges = states.flatMap(({ name }) => {
    const frame = placed.find((state) => state.name === name);
    return (inside.get(name)?.edges ?? []).map((edge) => ({
      ...edge,
      points: edge.points.map((point) => shifted(point, frame ?? { x: 0, y: 0 })),
      labelAt: shifted(edge.labelAt, frame ?? { x: 0, y: 0 }),
    }));
  });
  const { width = 0, height = 0 } = plan.graph() as { width?: number; height?: number };
  return { width, height, states: placed, edges: [...drawn, ...innerEdges] };
}

interface Route extends Partial<Point> {
  readonly points: readonly Point[];
}

const framed = ({ width, height }: Picture) => ({
  width: width + 2 * FRAME.side,
  height: height + FRAME.top + FRAME.side,
});

const shifted = ({ x, y }: Point, frame: Point): Point => ({
  x: x + frame.x + FRAME.side,
  y: y + frame.y + FRAME.top,
});
