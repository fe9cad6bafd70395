import { expect, it } from '@jest/globals';
import { links } from './links.ts';

type Given = Parameters<typeof links.run>;

it.each(['http://127.0.0.1:3000/console', null])(
  'name the console as the local cloud does: %j',
  async (url) => {
    const said: string[] = [];
    const endpoints = { docs: null, reports: null, aws: 'http://127.0.0.1:4566', console: url };
    const told = await links.run(
      { endpoints, isOwnCloud: false } as unknown as Given[0],
      { say: (text: string) => said.push(text) } as unknown as Given[1],
    );
    expect(told).toMatchObject({ console: url, control: 'http://127.0.0.1:4566/_local/' });
    expect(said.join('\n').includes('http://127.0.0.1:3000/console')).toBe(url !== null);
  },
);
