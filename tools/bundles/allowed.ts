import type { BuiltBundle } from './build.ts';

/** What the bundles of some functions may hold, and how large each may be. */
export interface Allowed {
  /** Of the minified code, by function, in KB of 1,000 bytes. */
  readonly mostKilobytes: Readonly<Record<string, number>>;
  readonly packages: readonly string[];
}

type Contents = Pick<BuiltBundle, 'bytes' | 'packages'>;

/** A patch release of a package may pass; a new part of it does not. */
const ROOM = 1.02;

/** The list that lets through what there is, and no more: functions with the same packages stand together. */
export function listOf(bundles: Readonly<Record<string, Contents>>): Allowed[] {
  const groups = Map.groupBy(Object.entries(bundles), ([, { packages }]) =>
    Object.keys(packages).sort().join(' '),
  );
  return [...groups].map(([packages, members]) => ({
    mostKilobytes: Object.fromEntries(
      members.map(([name, { bytes }]) => [name, Math.ceil((bytes * ROOM) / 1_000)]),
    ),
    packages: packages.split(' ').filter(Boolean),
  }));
}

/** Where the bundles are not as the list has them: a line for each, none when all is well. */
export function surprises(bundles: Readonly<Record<string, Contents>>, list: readonly Allowed[]): string[] {
  const listed = list.flatMap(({ mostKilobytes }) => Object.keys(mostKilobytes));
  return [
    ...Object.entries(bundles).flatMap(([name, bundle]) => {
      const allowed = list.find(({ mostKilobytes }) => name in mostKilobytes);
      return allowed ? surprisesIn(name, bundle, allowed) : [`${name} is not listed`];
    }),
    ...listed.filter((name) => !(name in bundles)).map((name) => `${name} is listed and is no function`),
  ];
}

function surprisesIn(name: string, { bytes, packages }: Contents, allowed: Allowed): string[] {
  const most = allowed.mostKilobytes[name] ?? 0;
  return [
    ...Object.entries(packages)
      .filter(([held]) => !allowed.packages.includes(held))
      .map(([held, size]) => `${name} holds ${held} (${kilobytes(size)} KB), which is not listed`),
    ...allowed.packages
      .filter((held) => !(held in packages))
      .map((held) => `${name} holds no ${held} any more`),
    ...(bytes > most * 1_000 ? [`${name} has ${kilobytes(bytes)} KB, more than ${most} KB`] : []),
  ];
}

const kilobytes = (bytes: number) => (bytes / 1_000).toFixed(1);
