import { type NamedResource, ofType, type Template } from '../template.ts';

/** A template without conditions, and what its stage promises. */
export interface Stack {
  readonly template: Template;
  /** Whether data outlives mistakes here, as the parameter protectData says. */
  readonly protectsData: boolean;
}

export interface Finding {
  /** Logical id. */
  readonly resource: string;
  readonly says: string;
}

export interface Rule {
  readonly id: string;
  readonly why: string;
  /** Page that the rule is taken from. */
  readonly source: string;
  readonly check: (stack: Stack) => Finding[];
}

/** A check that looks at one resource at a time, and says what is wrong with it. */
export const each =
  (types: readonly string[], faults: (resource: NamedResource, stack: Stack) => readonly string[]) =>
  (stack: Stack): Finding[] =>
    ofType(stack.template, ...types).flatMap((resource) =>
      faults(resource, stack).map((says) => ({ resource: resource.id, says })),
    );

export const unless = (isFine: boolean, fault: string): string[] => (isFine ? [] : [fault]);
