import {
  decodePDFRawStream,
  PDFArray,
  PDFDict,
  PDFDocument,
  PDFName,
  type PDFObject,
  type PDFPage,
  PDFRawStream,
} from '@cantoo/pdf-lib';

/** The pieces of text on each page of a PDF document, in the order in which they are drawn, as a reader copies them. */
export async function textOfPdf(bytes: Uint8Array): Promise<string[][]> {
  const document = await PDFDocument.load(bytes, { updateMetadata: false });
  return document.getPages().map(textOfPage);
}

function textOfPage(page: PDFPage): string[] {
  const { context } = page.doc;
  const contents = page.node.Contents();
  const streams = contents instanceof PDFArray ? contents.asArray() : [contents];
  const code = streams.map((stream) => decoded(context.lookup(stream))).join('\n');
  const fonts = page.node.Resources()?.lookup(PDFName.of('Font'), PDFDict);

  const pieces: string[] = [];
  let characters = new Map<string, string>();
  for (const [, font, text] of code.matchAll(/\/(\S+) [\d.]+ Tf|<([0-9A-Fa-f]*)> Tj/g)) {
    if (font !== undefined) {
      const dictionary = fonts?.lookup(PDFName.of(font), PDFDict);
      characters = charactersOf(decoded(dictionary?.lookup(PDFName.of('ToUnicode'))));
    }
    if (text !== undefined) {
      const glyphs = text.toUpperCase().match(/.{4}/g) ?? [];
      pieces.push(glyphs.map((glyph) => characters.get(glyph) ?? `<${glyph}>`).join(''));
    }
  }
  return pieces;
}

const decoded = (stream: PDFObject | undefined): string =>
  stream instanceof PDFRawStream ? Buffer.from(decodePDFRawStream(stream).decode()).toString('latin1') : '';

/** Glyph → what it stands for, both of which a ToUnicode map has as hexadecimal numbers. */
function charactersOf(map: string): Map<string, string> {
  return new Map(
    Array.from(map.matchAll(/<([0-9A-Fa-f]{4})> *<([0-9A-Fa-f]+)>/g), ([, glyph = '', units = '']) => [
      glyph.toUpperCase(),
      Buffer.from(units, 'hex').swap16().toString('utf16le'),
    ]),
  );
}
