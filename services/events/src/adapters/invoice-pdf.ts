import type { Font } from '@cantoo/fontkit';
import * as fontkit from '@cantoo/fontkit';
import { PDFDocument, type PDFFont, type PDFPage, rgb } from '@cantoo/pdf-lib';
import type { Invoice, InvoiceLine } from '../domain/invoice.ts';

/** All lengths are in points, 1/72 inch, and all places from the lower left corner of the page. */
const A4 = { width: 595.28, height: 841.89 };
const MARGIN = 56;
const RIGHT = A4.width - MARGIN;
const TOP = A4.height - MARGIN;
/** Below it stands nothing but the number of the page. */
const BOTTOM = MARGIN + 28;

const SIZE = { title: 26, text: 10, small: 8.5, total: 12 };
const LEADING = 14;
const ROW_GAP = 10;
const TOTAL_HEIGHT = 44;

/** Where the numbers of a column end; names have the room that is left. */
const COLUMN = { name: MARGIN, quantity: 352, unitPrice: 446, sum: RIGHT };
/** The room that each of them has; a number that needs more is printed smaller. */
const ROOM = { quantity: 50, unitPrice: 86, sum: 86, total: 180 };
const NAME_WIDTH = 240;
const FACTS_WIDTH = 300;

const INK = rgb(0.1, 0.11, 0.13);
const FAINT = rgb(0.42, 0.44, 0.48);
const HAIRLINE = rgb(0.85, 0.86, 0.88);

/** Stands for what the fonts have no glyph of. */
const UNKNOWN = '\ufffd';

interface Fonts {
  readonly regular: PDFFont;
  readonly bold: PDFFont;
}

/** Font files with glyphs for all that may be printed; only those that are used go into a document. */
export interface FontFiles {
  readonly regular: Uint8Array;
  readonly bold: Uint8Array;
}

/**
 * Draws invoices as PDF documents of as many pages as they need. Nothing in a document depends on when or where it is
 * made. What the fonts have no glyph of is printed as a replacement character.
 */
export function invoicePdf(files: FontFiles): (invoice: Invoice) => Promise<Uint8Array> {
  const reader = fontsReadOnce();
  return async (invoice) => {
    const document = await PDFDocument.create({ updateMetadata: false });
    document.registerFontkit(reader);
    const fonts: Fonts = {
      regular: await document.embedFont(files.regular, { subset: true }),
      bold: await document.embedFont(files.bold, { subset: true }),
    };
    document.setTitle(`Invoice of order ${invoice.orderId}`, { showInWindowTitleBar: true });
    document.setLanguage('en');
    document.setCreationDate(invoice.at);
    document.setModificationDate(invoice.at);

    const writer = new InvoiceWriter(document, fonts);
    writer.head(invoice);
    for (const line of invoice.lines) writer.line(line);
    writer.total(invoice.total);
    writer.numberPages(`Order ${invoice.orderId}`);
    return document.save();
  };
}

/** What the PDF library is given of fontkit. It reads a file once: that costs more than all the rest of a document. */
function fontsReadOnce() {
  const fonts = new Map<Uint8Array, Font>();
  return {
    create(file: Uint8Array) {
      // A file of TrueType, and not of a collection, has one font.
      const font = fonts.get(file) ?? withKeptLayouts(fontkit.create(file) as Font);
      fonts.set(file, font);
      return font;
    },
  };
}

const MOST_LAYOUTS = 500;

/** To lay a text out costs most of a document; each is first measured and then drawn, and some are in all documents. */
function withKeptLayouts(font: Font): Font {
  const layouts = new Map<string, ReturnType<Font['layout']>>();
  const layOut = font.layout.bind(font);
  // Nobody asks for features of a font here, so that the text alone says how it is laid out.
  font.layout = (text) => {
    const layout = layouts.get(text) ?? layOut(text);
    if (layouts.size >= MOST_LAYOUTS) layouts.clear();
    layouts.set(text, layout);
    return layout;
  };
  return font;
}

/** Writes from top to bottom, and goes on on another page when there is no room. */
class InvoiceWriter {
  readonly #document: PDFDocument;
  readonly #fonts: Fonts;
  readonly #glyphs: ReadonlySet<number>;
  #page: PDFPage;
  #y = TOP;

  constructor(document: PDFDocument, fonts: Fonts) {
    this.#document = document;
    this.#fonts = fonts;
    this.#glyphs = new Set(fonts.regular.getCharacterSet());
    this.#page = document.addPage([A4.width, A4.height]);
  }

  head({ orderId, customerId, date }: Invoice): void {
    this.#y -= SIZE.title;
    this.#write('Invoice', MARGIN, { font: this.#fonts.bold, size: SIZE.title });
    this.#y -= 34;
    for (const [name, value] of [
      ['Order', orderId],
      ['Order date', date],
      ['Customer', customerId],
    ] as const) {
      this.#write(name, MARGIN, { color: FAINT });
      for (const part of this.#wrap(value, FACTS_WIDTH)) {
        this.#write(part, MARGIN + 80);
        this.#y -= LEADING + 2;
      }
    }
    this.#y -= 24;
    this.#columnNames();
  }

  line({ name, quantity, unitPrice, sum }: InvoiceLine): void {
    const parts = this.#wrap(name, NAME_WIDTH);
    const height = parts.length * LEADING + ROW_GAP;
    if (this.#y - height < BOTTOM) this.#nextPage();
    this.#writeBefore(quantity, COLUMN.quantity, { room: ROOM.quantity });
    this.#writeBefore(unitPrice, COLUMN.unitPrice, { room: ROOM.unitPrice });
    this.#writeBefore(sum, COLUMN.sum, { room: ROOM.sum });
    for (const part of parts) {
      this.#write(part, COLUMN.name);
      this.#y -= LEADING;
    }
    this.#rule(this.#y + 6, 0.5, HAIRLINE);
    this.#y -= ROW_GAP;
  }

  total(total: string): void {
    if (this.#y - TOTAL_HEIGHT < BOTTOM) this.#nextPage();
    this.#y -= 14;
    const options = { font: this.#fonts.bold, size: SIZE.total };
    this.#writeBefore('Total', COLUMN.quantity, options);
    this.#writeBefore(total, COLUMN.sum, { ...options, room: ROOM.total });
  }

  /** To be called last: only then the number of pages is known. */
  numberPages(subject: string): void {
    const pages = this.#document.getPages();
    for (const [index, page] of pages.entries()) {
      this.#page = page;
      this.#y = MARGIN;
      const options = { size: SIZE.small, color: FAINT };
      this.#write(subject, MARGIN, options);
      this.#writeBefore(`Page ${index + 1} of ${pages.length}`, RIGHT, options);
    }
  }

  #nextPage(): void {
    this.#page = this.#document.addPage([A4.width, A4.height]);
    this.#y = TOP - SIZE.text;
    this.#columnNames();
  }

  #columnNames(): void {
    const options = { font: this.#fonts.bold, size: SIZE.small, color: FAINT };
    this.#write('Item', COLUMN.name, options);
    this.#writeBefore('Quantity', COLUMN.quantity, options);
    this.#writeBefore('Unit price', COLUMN.unitPrice, options);
    this.#writeBefore('Sum', COLUMN.sum, options);
    this.#rule(this.#y - 8, 1, INK);
    this.#y -= 26;
  }

  #write(
    text: string,
    x: number,
    { font = this.#fonts.regular, size = SIZE.text, color = INK }: Partial<TextStyle> = {},
  ): void {
    this.#page.drawText(text, { x, y: this.#y, font, size, color });
  }

  #writeBefore(
    text: string,
    right: number,
    { room = A4.width, ...style }: Partial<TextStyle> & { readonly room?: number } = {},
  ): void {
    const { font = this.#fonts.regular, size = SIZE.text } = style;
    const width = font.widthOfTextAtSize(text, size);
    const scale = Math.min(1, room / width);
    this.#write(text, right - width * scale, { ...style, size: size * scale });
  }

  #rule(y: number, thickness: number, color: TextStyle['color']): void {
    this.#page.drawLine({ start: { x: MARGIN, y }, end: { x: RIGHT, y }, thickness, color });
  }

  /** The text as lines of at most this width, broken between words, or within one that is too long for a line. */
  #wrap(text: string, width: number): string[] {
    const isTooWide = (part: string) => this.#fonts.regular.widthOfTextAtSize(part, SIZE.text) > width;
    const lines: string[] = [];
    let line = '';
    for (const word of printable(text, this.#glyphs).split(' ')) {
      const longer = line === '' ? word : `${line} ${word}`;
      if (!isTooWide(longer)) {
        line = longer;
        continue;
      }
      if (line !== '') lines.push(line);
      line = '';
      for (const letter of lettersOf(word)) {
        if (line !== '' && isTooWide(line + letter)) {
          lines.push(line);
          line = '';
        }
        line += letter;
      }
    }
    return [...lines, line];
  }
}

interface TextStyle {
  readonly font: PDFFont;
  readonly size: number;
  readonly color: ReturnType<typeof rgb>;
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
const lettersOf = (text: string) => Array.from(graphemes.segment(text), ({ segment }) => segment);

/** The text in characters that have a glyph. A letter of several, such as an emoji of a family, is replaced as one. */
function printable(text: string, glyphs: ReadonlySet<number>): string {
  const isPrintable = (letter: string) =>
    Array.from(letter).every((character) => glyphs.has(character.codePointAt(0) ?? 0));
  return lettersOf(
    text
      .normalize('NFC')
      .replaceAll(/[\s\p{Cc}]+/gu, ' ')
      .trim(),
  )
    .map((letter) => letter.replaceAll(/\p{Default_Ignorable_Code_Point}/gu, ''))
    .map((letter) => (isPrintable(letter) ? letter : UNKNOWN))
    .join('');
}
