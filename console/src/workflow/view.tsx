import { useComputed } from '@preact/signals';
import { duration } from '../format.ts';
import type { Model } from '../model.ts';
import { graphOf, type Machine } from './graph.ts';
import { layoutOf, type PlacedEdge, type PlacedState, type Point, shownLabel } from './layout.ts';
import { MARKS } from './marks.ts';
import { runOf, type StateRun, standing, way } from './run.ts';

/** The workflow as it is declared, with what the selected execution did in it. */
export function WorkflowView({ model }: { readonly model: Model }) {
  const machine = useComputed(() => {
    const { machines } = model.state.value;
    const arn = model.execution.value?.stateMachineArn;
    return machines.find(({ stateMachineArn }) => stateMachineArn === arn) ?? machines[0];
  });
  const picture = useComputed(() => {
    const { definition } = machine.value ?? {};
    return definition === undefined ? undefined : layoutOf(graphOf(JSON.parse(definition) as Machine));
  });
  const history = model.history.value;
  const run = history && standing(runOf(history.history), history.status === 'RUNNING');
  const states = new Map(run?.states.map((state) => [state.name, state]));
  const drawn = picture.value;
  return (
    <section class="card" aria-labelledby="workflow-title">
      <h2 id="workflow-title">
        Workflow <span class="quiet">{machine.value?.name}</span>
      </h2>
      {drawn && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: who has no mouse scrolls it by its keys
        <section class="workflow" aria-label="Picture of the workflow" tabIndex={0}>
          <svg
            role="img"
            aria-label={`The states of the workflow. ${run ? 'Those of the chosen order are listed under Steps.' : ''}`}
            viewBox={`0 0 ${drawn.width} ${drawn.height}`}
          >
            <defs>
              <marker
                id="arrow"
                viewBox="0 0 8 8"
                refX="7"
                refY="4"
                markerWidth="7"
                markerHeight="7"
                orient="auto"
              >
                <path d="M0 0 8 4 0 8Z" fill="context-stroke" />
              </marker>
            </defs>
            {drawn.states
              .filter(({ isFrame }) => isFrame)
              .map((state) => (
                <Frame key={state.name} state={state} run={states.get(state.name)} />
              ))}
            {drawn.edges.map((edge) => (
              <Edge
                key={`${way(edge.from, edge.to)} ${edge.label}`}
                edge={edge}
                isTaken={isTaken(edge, run?.taken, states)}
              />
            ))}
            {drawn.states
              .filter(({ isFrame }) => !isFrame)
              .map((state) => (
                <Box key={state.name} state={state} run={states.get(state.name)} />
              ))}
          </svg>
        </section>
      )}
    </section>
  );
}

/** Of two ways between the same states, the one for errors was taken when the first was left with one. */
function isTaken(
  { from, to, isCatch }: PlacedEdge,
  taken: ReadonlySet<string> | undefined,
  states: ReadonlyMap<string, StateRun>,
): boolean {
  return taken?.has(way(from, to)) === true && isCatch === (states.get(from)?.status === 'caught');
}

interface StateProps {
  readonly state: PlacedState;
  readonly run: StateRun | undefined;
}

function Frame({ state, run }: StateProps) {
  const { x, y, width, height, name } = state;
  return (
    <g class={`frame ${run?.status ?? ''}`}>
      <rect x={x} y={y} width={width} height={height} rx={10} />
      <text x={x + 12} y={y + 19}>
        {run ? `${MARKS[run.status].mark} ${name}` : name}
      </text>
    </g>
  );
}

const ROUND = new Set(['Succeed', 'Fail', 'Choice']);

function Box({ state, run }: StateProps) {
  const { x, y, width, height, name, type } = state;
  const middle = x + width / 2;
  const about = run && aboutOf(run);
  return (
    <g class={`state ${run?.status ?? ''}`} data-state={name} data-status={run?.status}>
      <rect x={x} y={y} width={width} height={height} rx={ROUND.has(type) ? height / 2 : 8} />
      <text x={middle} y={y + (about ? 19 : 27)} text-anchor="middle">
        {run ? `${MARKS[run.status].mark} ${name}` : name}
      </text>
      {about && (
        <text class="about" x={middle} y={y + 35} text-anchor="middle">
          {about}
        </text>
      )}
    </g>
  );
}

function aboutOf({ attempts, enteredAt, leftAt }: StateRun): string {
  const parts = [
    ...(leftAt === undefined ? [] : [duration(leftAt - enteredAt)]),
    ...(attempts > 1 ? [`${attempts} attempts`] : []),
  ];
  return parts.join(' · ');
}

function Edge({ edge, isTaken }: { readonly edge: PlacedEdge; readonly isTaken: boolean }) {
  const { points, labelAt, isCatch } = edge;
  const label = shownLabel(edge);
  return (
    <g class={`edge ${isCatch ? 'catch' : ''} ${isTaken ? 'taken' : ''}`}>
      <path d={pathOf(points)} marker-end="url(#arrow)" />
      {label && (
        <text x={labelAt.x} y={labelAt.y + 4} text-anchor="middle">
          {label}
        </text>
      )}
    </g>
  );
}

/** A line through the points with its corners rounded. */
function pathOf(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (!first) return '';
  const curves = rest.slice(0, -1).map((point, index) => {
    const next = rest[index + 1] ?? point;
    const isLast = index === rest.length - 2;
    const end = isLast ? next : { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 };
    return `Q${point.x} ${point.y} ${end.x} ${end.y}`;
  });
  return `M${first.x} ${first.y}${curves.join('')}`;
}
