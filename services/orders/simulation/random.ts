/** Random numbers that a seed decides. */
export interface Random {
  /** From 0 to below 1. */
  next(): number;
  chance(probability: number): boolean;
  /** A whole number; both ends are possible. */
  between(least: number, most: number): number;
  pick<Choice>(choices: readonly Choice[]): Choice;
  /** The id of something that is made at the time, in milliseconds since the epoch. */
  ulid(time: number): string;
}

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const TIME_LENGTH = 10;
const RANDOM_LENGTH = 16;

/** Numbers by the generator sfc32 (https://pracrand.sourceforge.net/RNG_engines.txt); one seed, one sequence. */
export function randomFrom(seed: number): Random {
  let [a, b, c, counter] = [0x9e3779b9, seed | 0, Math.floor(seed / 2 ** 32) | 0, 1];
  const next = () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 2 ** 32;
  };
  // Until every bit of the seed has come to every number.
  for (let round = 0; round < 16; round += 1) next();

  const between = (least: number, most: number) => least + Math.floor(next() * (most - least + 1));
  return {
    next,
    between,
    chance: (probability) => next() < probability,
    pick<Choice>(choices: readonly Choice[]): Choice {
      const choice = choices[between(0, choices.length - 1)];
      if (choice === undefined) throw new RangeError('There is nothing to choose from.');
      return choice;
    },
    ulid(time) {
      const digits = Array.from({ length: TIME_LENGTH }, (_, place) =>
        CROCKFORD.charAt(Math.floor(time / 32 ** (TIME_LENGTH - 1 - place)) % 32),
      );
      const tail = Array.from({ length: RANDOM_LENGTH }, () => CROCKFORD.charAt(between(0, 31)));
      return [...digits, ...tail].join('');
    },
  };
}
