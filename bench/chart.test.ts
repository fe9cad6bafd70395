import { describe, expect, it } from '@jest/globals';
import { chartSvg } from './chart.ts';

const svg = chartSvg({
  name: 'sizes',
  title: 'Sizes <of> all',
  unit: 'KB',
  bars: [
    { label: 'ours', value: 25, isOurs: true },
    { label: 'A & B', value: 100, isOurs: false },
    { label: 'faster than nothing', value: -3, isOurs: true },
  ],
});

describe('a chart', () => {
  it('draws bars to one scale, the longest over the whole width, and none below zero', () => {
    const bars = [...svg.matchAll(/<rect class="(\w+)".* width="(\d+)"/g)].map(([, kind, width]) => [
      kind,
      width,
    ]);
    expect(bars).toEqual([
      ['ours', '105'],
      ['other', '420'],
      ['ours', '0'],
    ]);
  });

  it('says in words what it shows, for those who do not see it', () => {
    expect(svg).toContain('role="img" aria-labelledby="title desc"');
    expect(svg).toContain('<title id="title">Sizes &lt;of&gt; all</title>');
    expect(svg).toContain(
      '<desc id="desc">In KB: ours 25.0, A &amp; B 100, faster than nothing -3.0.</desc>',
    );
  });

  it('has room for the longest label', () => {
    // 19 characters of 7.2 and a gap of 8 end where the bars begin.
    expect(svg).toContain('x="145" y="36" width="105"');
  });
});
