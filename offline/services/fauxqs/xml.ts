/** Attribute names and values do not occur in what S3 takes, nor does an element inside one of the same name. */
export const elementsIn = (xml: string, name: string): string[] =>
  Array.from(
    xml.matchAll(new RegExp(`<${name}(?:\\s[^>]*)?>(.*?)</${name}>`, 'gs')),
    ([, inner = '']) => inner,
  );

/** The text of the first such element. */
export const textIn = (xml: string, name: string): string | undefined => textsIn(xml, name)[0];

/** The texts of all such elements. */
export const textsIn = (xml: string, name: string): string[] => elementsIn(xml, name).map(unescaped);

function unescaped(text: string): string {
  return text.replace(/&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi, (entity, hex, decimal, named) =>
    named
      ? (ENTITIES[named] ?? entity)
      : String.fromCodePoint(hex ? Number.parseInt(hex, 16) : Number(decimal)),
  );
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The names of all elements. */
export const namesIn = (xml: string): Set<string> =>
  new Set(Array.from(xml.matchAll(/<([A-Za-z]\w*)/g), ([, name = '']) => name));

type Content = string | number | boolean | undefined | Elements | readonly Content[];
/** By their names, in their order: a list is as many elements of the same name, and undefined is none. */
export interface Elements {
  readonly [name: string]: Content;
}

export function xmlOf(elements: Elements): string {
  return Object.entries(elements)
    .flatMap(([name, contents]) => [contents].flat().map((content) => elementOf(name, content as Content)))
    .join('');
}

function elementOf(name: string, content: Content): string {
  if (content === undefined) return '';
  const inner = typeof content === 'object' ? xmlOf(content as Elements) : escaped(String(content));
  return `<${name}>${inner}</${name}>`;
}

/** Also what a parser would take for something else or not at all, such as a line break. */
const escaped = (text: string) =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: keys may have them
  text.replace(/[&<>"\x00-\x1f\x7f]/g, (character) => `&#x${character.charCodeAt(0).toString(16)};`);

/** A document in the namespace of S3. */
export function documentOf(root: string, content: Elements | string): string {
  const namespace = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';
  const inner = typeof content === 'string' ? escaped(content) : xmlOf(content);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root} ${namespace}>${inner}</${root}>`;
}
