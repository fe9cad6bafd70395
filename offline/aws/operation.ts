import { z } from 'zod';
import { declared } from '../declaration.ts';
import { messageOf } from '../errors.ts';
import { AwsError } from './error.ts';
import type { Operation } from './json-api.ts';

/** An operation that reads its input by a strict schema: what is not supported is refused by its name. */
export function operation<Schema extends z.ZodType>(
  schema: Schema,
  run: (input: z.output<Schema>) => unknown,
): Operation {
  return (input) => run(read(schema, input));
}

function read<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  try {
    return declared('The request', schema, input);
  } catch (error) {
    throw new AwsError('ValidationException', messageOf(error));
  }
}

export interface Paging {
  readonly Limit: number;
  readonly NextToken?: string | undefined;
}

export const paging = {
  Limit: z.int().min(1).max(100).default(100),
  NextToken: z.string().regex(/^\d+$/).optional(),
};

/** One page of a listing under its name; the token is where the next one begins. */
export function page<Item>(name: string, all: readonly Item[], { Limit, NextToken = '0' }: Paging): object {
  const end = Number(NextToken) + Limit;
  return { [name]: all.slice(Number(NextToken), end), ...(end < all.length && { NextToken: String(end) }) };
}

/** Nothing when the text is no JSON. */
export function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
