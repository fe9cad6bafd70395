import type { Font } from '@cantoo/fontkit';
import * as fontkit from '@cantoo/fontkit';
import { decodePDFRawStream, PDFDict, PDFDocument, PDFName, PDFRawStream } from '@cantoo/pdf-lib';
import { describe, expect, it } from '@jest/globals';
import { textOfPdf } from '../../test/pdf-text.ts';
import type { Invoice, InvoiceLine } from '../domain/invoice.ts';
import { invoiceFonts } from './invoice-fonts.ts';
import { invoicePdf } from './invoice-pdf.ts';

const draw = invoicePdf(invoiceFonts);
const mug: InvoiceLine = {
  name: 'Mug',
  quantity: '2',
  unitPrice: 'EUR\u00a012.50',
  sum: 'EUR\u00a025.00',
};
const invoice = (lines: readonly InvoiceLine[] = [mug]): Invoice => ({
  orderId: '01KE6P4YM085R2G34YS8EPPB3S',
  customerId: 'bob',
  at: new Date('2026-11-01T12:00:00Z'),
  date: '1 November 2026 (UTC)',
  lines,
  total: 'EUR\u00a025.00',
});
const named = (name: string) => invoice([{ ...mug, name }]);

/** What is printed of a name, line by line. */
async function printed(name: string): Promise<string[]> {
  const [page = []] = await textOfPdf(await draw(named(name)));
  return page.slice(page.lastIndexOf(mug.sum, page.indexOf('Total') - 1) + 1, page.indexOf('Total'));
}

/** The outlines of the glyphs of all embedded fonts. */
async function outlines(bytes: Uint8Array): Promise<Set<string>> {
  const document = await PDFDocument.load(bytes, { updateMetadata: false });
  const found = new Set<string>();
  for (const [, descriptor] of document.context.enumerateIndirectObjects()) {
    if (!(descriptor instanceof PDFDict) || !descriptor.has(PDFName.of('FontFile2'))) continue;
    const file = descriptor.lookup(PDFName.of('FontFile2'));
    if (!(file instanceof PDFRawStream)) continue;
    const font = fontkit.create(decodePDFRawStream(file).decode()) as Font;
    for (let glyph = 0; glyph < font.numGlyphs; glyph += 1)
      found.add(font.getGlyph(glyph)?.path.toSVG() ?? 'no glyph');
  }
  return found;
}

describe('an invoice as PDF', () => {
  it('has the order, its lines and the total, as text that can be copied', async () => {
    expect(await textOfPdf(await draw(invoice()))).toEqual([
      [
        ...['Invoice', 'Order', '01KE6P4YM085R2G34YS8EPPB3S', 'Order date', '1 November 2026 (UTC)'],
        ...['Customer', 'bob', 'Item', 'Quantity', 'Unit price', 'Sum'],
        ...['2', 'EUR\u00a012.50', 'EUR\u00a025.00', 'Mug', 'Total', 'EUR\u00a025.00'],
        ...['Order 01KE6P4YM085R2G34YS8EPPB3S', 'Page 1 of 1'],
      ],
    ]);
  });

  it('has the same bytes for the same invoice', async () => {
    const first = await draw(invoice());
    expect(Buffer.from(await draw(invoice())).equals(first)).toBe(true);
  });

  it('has the same bytes whatever was drawn before', async () => {
    const names = Array.from({ length: 600 }, (_, number) => ({ ...mug, name: `Mug ${number}` }));
    await draw(invoice(names));
    const first = await invoicePdf(invoiceFonts)(named('Mug 7 \u2013 AV'));
    expect(Buffer.from(await draw(named('Mug 7 \u2013 AV'))).equals(first)).toBe(true);
  });

  it('says that it was made when the order was placed', async () => {
    const document = await PDFDocument.load(await draw(invoice()), { updateMetadata: false });
    expect([document.getTitle(), document.getCreationDate(), document.getModificationDate()]).toEqual([
      'Invoice of order 01KE6P4YM085R2G34YS8EPPB3S',
      new Date('2026-11-01T12:00:00Z'),
      new Date('2026-11-01T12:00:00Z'),
    ]);
  });

  it('brings the outline of every letter that it shows', async () => {
    const text = 'Invoice Mug größer Ελληνικά Кириллица';
    const original = fontkit.create(invoiceFonts.regular) as Font;
    const brought = await outlines(await draw(named(text)));
    const missing = Array.from(text).filter(
      (letter) =>
        !brought.has(original.glyphForCodePoint(letter.codePointAt(0) ?? 0)?.path.toSVG() ?? 'none'),
    );
    expect(missing).toEqual([]);
  });

  it('has fifty lines on several pages, each with the names of the columns', async () => {
    const lines = Array.from({ length: 50 }, (_, index) => ({ ...mug, name: `Item ${index + 1} of fifty` }));
    const pages = await textOfPdf(await draw(invoice(lines)));
    expect(pages.length).toBeGreaterThan(1);
    expect(pages.map((page) => page.includes('Unit price'))).toEqual(pages.map(() => true));
    expect(pages.map((page) => page.at(-1))).toEqual(
      pages.map((_, index) => `Page ${index + 1} of ${pages.length}`),
    );
    const names = pages.flat().filter((text) => text.endsWith('of fifty'));
    expect(names).toEqual(lines.map(({ name }) => name));
    expect(pages.at(-1)).toContain('Total');
  });
});

describe('a name', () => {
  it('is broken between words when it is too long for one line', async () => {
    const name = 'A mug for those who drink more tea than others, with room for a spoon and a biscuit';
    const lines = await printed(name);
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.join(' ')).toBe(name);
  });

  it('is broken within a word that is too long for one line', async () => {
    const lines = await printed('W'.repeat(120));
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.join('')).toBe('W'.repeat(120));
  });

  it.each([
    ['Ångström größer Œuvre', 'Ångström größer Œuvre'],
    ['Ελληνικά Кириллица Ęóąśł', 'Ελληνικά Кириллица Ęóąśł'],
    // As it is drawn: the sign of the vowel stands before the letters that it is spoken after.
    ['हिन्दी क्षत्रिय', 'िहन्दी क्षित्रय'],
    ['office', 'office'],
    ['e\u0301', 'é'],
    ['日本', '\ufffd\ufffd'],
    ['Mug 👨‍👩‍👧', 'Mug \ufffd'],
    ['a\u200db\u00ad', 'ab'],
    ['two\u2028lines\tand more', 'two lines and more'],
    ['', ''],
    ['\ud800', '\ufffd'],
  ])('%j is printed as %j', async (name, text) => {
    expect(await printed(name)).toEqual([text]);
  });
});
