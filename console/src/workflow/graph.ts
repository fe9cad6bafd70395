/** A state machine in the Amazon States Language; only what a picture shows. */
export interface Machine {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}
interface State {
  readonly Type: string;
  readonly Next?: string;
  readonly End?: boolean;
  readonly Default?: string;
  readonly Choices?: readonly (Rule & { readonly Next: string })[];
  readonly Catch?: readonly { readonly ErrorEquals: readonly string[]; readonly Next: string }[];
  readonly Branches?: readonly Machine[];
}

interface Rule {
  readonly Variable?: string;
  readonly And?: readonly Rule[];
  readonly Or?: readonly Rule[];
  readonly Not?: Rule;
}

export interface GraphState {
  readonly name: string;
  readonly type: string;
  /** The Parallel state that it stands in; none on the main line. */
  readonly parent: string | undefined;
  /** Whether its line begins with it. */
  readonly isStart: boolean;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  /** What a rule is about, or the errors that are caught; empty for the ordinary way. */
  readonly label: string;
  readonly isCatch: boolean;
}

export interface Graph {
  /** In the order of the definition; the states of a Parallel state come after it. */
  readonly states: readonly GraphState[];
  readonly edges: readonly GraphEdge[];
}

/** The states of a machine, with those of its branches, and what leads where. */
export function graphOf(machine: Machine, parent?: string): Graph {
  const entries = Object.entries(machine.States);
  const inner = entries.map(([name, { Branches = [] }]) => Branches.map((branch) => graphOf(branch, name)));
  return {
    states: entries.flatMap(([name, { Type: type }], index) => [
      { name, type, parent, isStart: name === machine.StartAt },
      ...(inner[index] ?? []).flatMap(({ states }) => states),
    ]),
    edges: [
      ...entries.flatMap(([name, state]) => edgesOf(name, state)),
      ...inner.flat().flatMap(({ edges }) => edges),
    ],
  };
}

function edgesOf(from: string, { Next, Default, Choices = [], Catch = [] }: State): GraphEdge[] {
  const edge = (to: string, label = '', isCatch = false) => ({ from, to, label, isCatch });
  return [
    ...(Next ? [edge(Next)] : []),
    ...Choices.map(({ Next: next, ...rule }) => edge(next, labelOf(rule))),
    ...(Default ? [edge(Default)] : []),
    ...Catch.map(({ ErrorEquals, Next: next }) => edge(next, ErrorEquals.join(', '), true)),
  ];
}

/** What a rule is about: the last name in its path, or those of the rules that it is made of. */
function labelOf({ Variable, And = [], Or = [], Not }: Rule): string {
  if (Variable !== undefined) return Variable.split('.').at(-1) ?? '';
  if (Not) return `not ${labelOf(Not)}`;
  return And.length > 0 ? And.map(labelOf).join(' and ') : Or.map(labelOf).join(' or ');
}
