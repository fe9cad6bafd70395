import type { Chart } from './report.ts';

const ROW = 24;
const BAR = 14;
const BARS_WIDTH = 420;
/** Of a character of the font at its size, wide ones included; SVG cannot measure text. */
const CHARACTER = 7.2;
const GAP = 8;
const TITLE = 36;

/** Grey and one colour, legible on a light page and on a dark one. */
const STYLE = `text{font:12px system-ui,sans-serif;fill:#424a53}.title{font-size:14px;font-weight:600}
.ours{fill:#0969da}.other{fill:#8c959f}
@media(prefers-color-scheme:dark){text{fill:#b1bac4}.ours{fill:#4493f8}.other{fill:#6e7681}}`;

/** An SVG picture of horizontal bars from zero, with the value at the end of each. */
export function chartSvg({ title, unit, bars }: Chart): string {
  const most = Math.max(...bars.map(({ value }) => value), 0);
  const labels = Math.ceil(Math.max(...bars.map(({ label }) => label.length), 0) * CHARACTER) + GAP;
  const values = 70;
  const width = labels + BARS_WIDTH + values;
  const height = TITLE + bars.length * ROW;
  const written = bars.map(({ label, value }) => `${label} ${short(value)}`).join(', ');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title desc">`,
    `<title id="title">${escaped(title)}</title>`,
    `<desc id="desc">${escaped(`In ${unit}: ${written}.`)}</desc>`,
    `<style>${STYLE}</style>`,
    `<text class="title" x="0" y="18">${escaped(`${title} (${unit})`)}</text>`,
    ...bars.flatMap(({ label, value, isOurs }, index) => {
      const top = TITLE + index * ROW;
      const length = most > 0 ? Math.max(0, Math.round((value / most) * BARS_WIDTH)) : 0;
      return [
        `<text x="${labels - GAP}" y="${top + BAR - 2}" text-anchor="end">${escaped(label)}</text>`,
        `<rect class="${isOurs ? 'ours' : 'other'}" x="${labels}" y="${top}" width="${length}" height="${BAR}" rx="2"/>`,
        `<text x="${labels + length + GAP}" y="${top + BAR - 2}">${short(value)}</text>`,
      ];
    }),
    '</svg>',
    '',
  ].join('\n');
}

/** Three digits are as many as the noise leaves. */
const short = (value: number) => (Math.abs(value) < 100 ? value.toFixed(1) : value.toFixed(0));

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
