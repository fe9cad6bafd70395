import { styleText } from 'node:util';
import { type Change, type Comparison, KINDS } from './changes.ts';

const SIGNS: Readonly<Record<Change['kind'], string>> = {
  added: '+',
  changed: '~',
  'may be replaced': '±',
  replaced: '±',
  'let go': '-',
  removed: '-',
};

const colourOf = ({ kind, endangersData }: Change) => {
  if (endangersData) return 'red';
  return kind === 'added' ? 'green' : 'yellow';
};

const detailOf = ({ kind, properties, endangersData }: Change) =>
  [
    ...(kind === 'added' || kind === 'changed' ? [] : [kind]),
    ...(properties.length > 0 ? [properties.join(', ')] : []),
    ...(endangersData ? ['HOLDS DATA'] : []),
  ].join('; ');

/** One line of counts, such as `2 added, 1 changed`. */
export function summaryOf({ changes, codeUnknown }: Comparison): string {
  const counts = KINDS.map((kind) => [changes.filter((change) => change.kind === kind).length, kind] as const)
    .filter(([count]) => count > 0)
    .map(([count, kind]) => `${count} ${kind}`);
  const unknown = codeUnknown.length > 0 ? `; code not compared of ${codeUnknown.length}` : '';
  return (counts.join(', ') || 'nothing changes') + unknown;
}

/** Coloured by `colour`. */
export function asText(title: string, comparison: Comparison, colour: typeof styleText = styleText): string {
  const { changes } = comparison;
  const width = (value: (change: Change) => string) => Math.max(...changes.map((one) => value(one).length));
  const lines = changes.map((change) => {
    const resource = change.resource.padEnd(width((one) => one.resource));
    const type = change.type.padEnd(width((one) => one.type));
    const line = `  ${SIGNS[change.kind]} ${resource}  ${type}  ${detailOf(change)}`.trimEnd();
    return colour(colourOf(change), line);
  });
  return [title, ...lines, summaryOf(comparison)].join('\n');
}

/** For a comment on a pull request. */
export function asMarkdown(title: string, comparison: Comparison): string {
  const rows = comparison.changes.map((change) => {
    const { resource, type, endangersData } = change;
    const cells = [SIGNS[change.kind], `\`${resource}\``, `\`${type}\``, detailOf(change)];
    return `| ${cells.map((cell) => (endangersData ? `**${cell}**` : cell)).join(' | ')} |`;
  });
  const table = rows.length > 0 ? ['', '| | resource | type | |', '|---|---|---|---|', ...rows] : [];
  return [`### ${title}`, '', summaryOf(comparison), ...table].join('\n');
}
