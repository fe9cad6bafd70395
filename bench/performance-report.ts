import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Recorded, reportFiles, withFigures } from './pages.ts';
import { REASONS } from './reasons.ts';

const ROOT = join(import.meta.dirname, '..');
const FOLDER = join(ROOT, 'docs', 'performance');
const FIGURES = join(FOLDER, 'figures.json');
const README = join(ROOT, 'README.md');

/** What was recorded last; nothing when nothing was. */
export const readFigures = (): Recorded =>
  existsSync(FIGURES) ? (JSON.parse(readFileSync(FIGURES, 'utf8')) as Recorded) : {};

/** Keeps the figures in place of those of the same names. */
export function keepFigures(figures: Recorded): void {
  mkdirSync(FOLDER, { recursive: true });
  // More digits would be noise.
  const rounded = (_: string, value: unknown) =>
    typeof value === 'number' ? Math.round(value * 1_000) / 1_000 : value;
  writeFileSync(FIGURES, `${JSON.stringify({ ...readFigures(), ...figures }, rounded, 2)}\n`);
}

/** Every file that is made from the figures, by its path. */
export function filesOfReport(): Readonly<Record<string, string>> {
  const figures = readFigures();
  const files = Object.entries(reportFiles(figures, REASONS)).map(([name, text]) => [
    join(FOLDER, name),
    text,
  ]);
  return { ...Object.fromEntries(files), [README]: withFigures(readFileSync(README, 'utf8'), figures) };
}

/** Makes the pages anew; charts that are no more go. */
export function writeReport(): void {
  const files = filesOfReport();
  for (const chart of globSync('*.svg', { cwd: FOLDER })) {
    if (!(join(FOLDER, chart) in files)) rmSync(join(FOLDER, chart));
  }
  for (const [file, text] of Object.entries(files)) writeFileSync(file, text);
}
