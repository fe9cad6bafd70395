import type { Row } from './database.ts';
import type { Request } from './network.ts';

const OPERATIONS: Readonly<Record<string, { readonly operation: string; readonly kind: Request['kind'] }>> = {
  GetCommand: { operation: 'GetItem', kind: 'read' },
  BatchGetCommand: { operation: 'BatchGetItem', kind: 'read' },
  QueryCommand: { operation: 'Query', kind: 'read' },
  PutCommand: { operation: 'PutItem', kind: 'write' },
  UpdateCommand: { operation: 'UpdateItem', kind: 'write' },
  DeleteCommand: { operation: 'DeleteItem', kind: 'write' },
  TransactWriteCommand: { operation: 'TransactWriteItems', kind: 'transaction' },
};

export interface Command {
  readonly input: object;
}

interface Write {
  readonly Key?: Row;
  readonly Item?: Row;
  readonly ExpressionAttributeValues?: Row;
}

/** Which operation of DynamoDB a command is, and what a trace says of it. */
export function describeCommand(command: Command): {
  readonly operation: string;
  readonly kind: Request['kind'];
  readonly writes: number;
  readonly text: string;
} {
  const { input } = command;
  const { name } = command.constructor;
  const known = OPERATIONS[name];
  if (!known) throw new Error(`The simulation does not know the command ${name}.`);
  const { TransactItems } = input as { TransactItems?: readonly Readonly<Record<string, Write>>[] };
  const writes = TransactItems?.flatMap((write) => Object.entries(write)) ?? [['', input as Write] as const];
  const what = writes.map(([kind, write]) => `${kind && `${kind} `}${rowOf(write)}`).join(', ');
  return { ...known, writes: writes.length, text: `${known.operation} ${what}` };
}

/** The record, and the step that it brings to the order. */
function rowOf({ Key, Item, ExpressionAttributeValues: values }: Write): string {
  const { record, id, state } = { ...Item, ...Key } as { record?: string; id?: string; state?: string };
  const [step] = (values?.[':entry'] ?? []) as { event: string }[];
  return [record ?? id ?? '', step?.event ?? state].filter(Boolean).join(' ');
}

const ULID = /[0-9A-HJKMNP-TV-Z]{26}/;

/** The id of the order that an input names first. */
export const orderIdIn = (input: object): string | undefined => ULID.exec(JSON.stringify(input))?.[0];
