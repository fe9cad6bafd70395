import { createServer } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import OfflinePlugin from '../../offline/index.ts';
import { freePorts, USUAL_PORTS } from '../../offline/ports.ts';
import { emulatorFinding } from './emulator.ts';
import { takenPorts } from './gather.ts';
import { machineFindings } from './machine.ts';
import { listeners, portFindings } from './ports.ts';
import { processesOf, processFindings } from './processes.ts';

const MB = 2 ** 20;

describe('the ports', () => {
  const taken = { port: 4_566, option: 'awsPort', purpose: 'the AWS endpoint' };
  const holder = { pid: 812, parent: 1, program: 'node', command: 'node server.js --secret x' };

  it('are well when all are free', () => {
    expect(portFindings([], undefined)).toEqual([
      { check: 'ports', level: 'ok', message: 'The ports of the local cloud are free.' },
    ]);
  });

  it('are an error when one is taken, by whom as far as it is known, and without its arguments', () => {
    const fix = 'End it, or start elsewhere: npm start -- --awsPort 14566';
    expect(portFindings([{ ...taken, holder }, taken], undefined)).toEqual([
      {
        check: 'ports',
        level: 'error',
        message: 'Port 4566 (the AWS endpoint) is taken by node, process 812.',
        fix,
      },
      {
        check: 'ports',
        level: 'error',
        message: 'Port 4566 (the AWS endpoint) is taken by another program.',
        fix,
      },
    ]);
  });

  it('are a warning when the local cloud of this repository runs', () => {
    expect(portFindings([taken], 'http://127.0.0.1:3000')).toEqual([
      {
        check: 'ports',
        level: 'warning',
        message: 'The local cloud of this repository runs already, at http://127.0.0.1:3000.',
        fix: 'Use it, or end it with ctrl-C before npm start.',
      },
    ]);
  });

  it('are all that npm start has an option and a usual port for', () => {
    const framework = {} as ConstructorParameters<typeof OfflinePlugin>[0];
    const { options } = new OfflinePlugin(framework, {}).commands.offline;
    const withDefault = Object.entries(options).filter(([, { usage }]) => /Default: \d+$/.test(usage));
    expect(withDefault.map(([option]) => option).sort()).toEqual(Object.keys(USUAL_PORTS).sort());
  });

  it('are taken when a program listens there', async () => {
    const [free = 0, busy = 0] = await freePorts(2);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(busy, '127.0.0.1', resolve));
    const found = await takenPorts(
      [free, busy].map((port) => ({ ...taken, port })),
      [],
    );
    server.close();
    expect(found.map(({ port }) => port)).toEqual([busy]);
  });

  it('have the holders that lsof names', () => {
    const printed = 'p812\nf20\nn127.0.0.1:3000\nf21\nn*:4566\np99\nf3\nn[::1]:8080\n';
    expect([...listeners(printed)]).toEqual([
      [3_000, 812],
      [4_566, 812],
      [8_080, 99],
    ]);
  });
});

describe('the processes', () => {
  const printed = [
    '    1     0 /sbin/init splash',
    '  700     1 /usr/lib/systemd/systemd --user',
    '  812     1 /shop/node_modules/@dynoxide/linux-x64/dynoxide --port 4000',
    '  813   700 /shop/node_modules/node/bin/node /shop/offline/services/postgres/program.ts {}',
    '  900     1 node offline/start.ts',
    '  901   900 /shop/node_modules/node/bin/node /shop/offline/services/postgres/program.ts {}',
    '  902     1 /other/node_modules/@dynoxide/linux-x64/dynoxide --port 4001',
  ].join('\n');

  it('are read from what ps prints', () => {
    expect(processesOf(printed)[2]).toEqual({
      pid: 812,
      parent: 1,
      program: 'dynoxide',
      command: '/shop/node_modules/@dynoxide/linux-x64/dynoxide --port 4000',
    });
  });

  it('are a warning when what started them is gone', () => {
    expect(processFindings(processesOf(printed), '/shop')).toEqual([
      {
        check: 'processes',
        level: 'warning',
        message: 'An earlier local cloud has left dynoxide (812), node (813).',
        fix: 'kill 812 813',
      },
    ]);
  });

  it('are well when none is of this repository', () => {
    expect(processFindings(processesOf(printed), '/elsewhere')).toEqual([
      { check: 'processes', level: 'ok', message: 'Nothing of an earlier local cloud runs.' },
    ]);
  });
});

describe('the emulator', () => {
  it('is well when the program says its version, or one that was named answers', () => {
    expect(emulatorFinding({ version: 'dynoxide 1.2.1' })).toEqual({
      check: 'emulator',
      level: 'ok',
      message: 'dynoxide 1.2.1',
    });
    expect(emulatorFinding({ endpoint: 'http://127.0.0.1:8000', answers: true })).toEqual({
      check: 'emulator',
      level: 'ok',
      message: 'DynamoDB is at http://127.0.0.1:8000.',
    });
  });

  it.each([
    [
      'is not found',
      { problem: 'No DynamoDB emulator was found. Run "npm install", or start one.' },
      'No DynamoDB emulator was found.',
      'Run "npm install", or start one.',
    ],
    [
      'does not run',
      { version: undefined },
      'dynoxide, the emulator of DynamoDB, is there and does not run.',
      'npm ci; if that does not help, name a DynamoDB that runs on this machine in DYNAMODB_ENDPOINT',
    ],
    [
      'does not answer',
      { endpoint: 'http://127.0.0.1:8000', answers: false },
      'Nothing answers at http://127.0.0.1:8000, which DYNAMODB_ENDPOINT names.',
      'Start it, or unset DYNAMODB_ENDPOINT.',
    ],
  ])('is an error when it %s', (_, facts, message, fix) => {
    expect(emulatorFinding(facts)).toEqual({ check: 'emulator', level: 'error', message, fix });
  });
});

describe('the machine', () => {
  const folders = [
    { name: 'the folder for temporary files', isWritable: true },
    { name: '.offline', isWritable: true },
  ];

  it('is well with 2,000 MB of memory, 500 MB on disk, and folders that can be written to', () => {
    expect(machineFindings({ memory: 2_000 * MB, disk: 500 * MB, folders })).toEqual([
      { check: 'memory', level: 'ok', message: '2000 MB are free.' },
      { check: 'disk', level: 'ok', message: '500 MB are free.' },
      { check: 'folders', level: 'ok', message: 'Folders that are written to can be.' },
    ]);
  });

  it('is a warning with less, and an error where nothing can be written', () => {
    const offline = { name: '.offline', isWritable: false };
    expect(
      machineFindings({ memory: 1_999 * MB, disk: 499 * MB, folders: [...folders.slice(0, 1), offline] }),
    ).toEqual([
      {
        check: 'memory',
        level: 'warning',
        message: '1999 MB are free, less than 2000: npm start may be slow or be ended by the system.',
        fix: 'End other programs.',
      },
      {
        check: 'disk',
        level: 'warning',
        message: '499 MB are free, less than 500: npm start and npm test may fail.',
        fix: 'Delete what is not needed.',
      },
      {
        check: 'folders',
        level: 'error',
        message: 'Nothing can be written into .offline.',
        fix: 'Give your user the right to write there.',
      },
    ]);
  });
});
