import * as z from 'zod/mini';

/** Shapes that the APIs of several services have in common. Lengths count UTF-16 code units. */

export const wellFormed = z.refine<string>((value) => value.isWellFormed(), 'must be well-formed Unicode');

/** Text without control characters and without halves of characters, which no store keeps as they are. */
export const text = (min: number, max: number) =>
  z
    .string()
    .check(
      z.minLength(min),
      z.maxLength(max),
      z.regex(/^\P{Cc}*$/u, 'must have no control characters'),
      wellFormed,
    );

export const id = z
  .string()
  .check(z.regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'must be 1 to 64 letters, digits, "-" or "_"'));

/** What ties together what one request has caused, whichever function does it. */
export const correlationId = z.string().check(z.minLength(1), z.maxLength(128));

/** What a query says of the page of a listing; spread into the object of the query. */
export const pageQuery = {
  limit: z.optional(
    z.pipe(
      z
        .string()
        .check(
          z.regex(/^(?:[1-9][0-9]?|100)$/, 'must be a whole number from 1 to 100'),
          z.meta({ type: 'integer', minimum: 1, maximum: 100, default: 20, pattern: undefined }),
        ),
      z.transform(Number),
    ),
  ),
  cursor: z.optional(z.string().check(z.minLength(1), z.maxLength(512))),
};

/** A moment, ISO 8601 in UTC. Only the shapes of answers have one, which most functions need not build. */
export const time = () => z.iso.datetime().check(z.meta({ pattern: undefined }));
