import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type AccountFacts, accountFindings } from './deployment.ts';
import { account } from './gather.ts';
import { settingsFinding } from './settings.ts';

const WELL: AccountFacts = {
  region: 'eu-west-1',
  regionOfEnvironment: undefined,
  endpointOfEnvironment: undefined,
  answer: {
    aheadSeconds: -300,
    identity: { account: '123456789012', arn: 'arn:aws:sts::123456789012:assumed-role/Deployer/ana' },
  },
};

/** What is wrong, as check, level and fix. */
const problems = (changes: Partial<AccountFacts>) =>
  accountFindings({ ...WELL, ...changes })
    .filter(({ level }) => level !== 'ok')
    .map(({ check, level, message, fix }) => [check, level, message, fix]);

describe('the account', () => {
  it('is well when AWS knows the credentials and agrees about the time', () => {
    expect(accountFindings(WELL)).toEqual([
      { check: 'region', level: 'ok', message: 'eu-west-1' },
      { check: 'clock', level: 'ok', message: 'The clock agrees with that of AWS.' },
      {
        check: 'credentials',
        level: 'ok',
        message: 'account 123456789012, arn:aws:sts::123456789012:assumed-role/Deployer/ana',
      },
    ]);
  });

  it('is not asked when the environment leads elsewhere', () => {
    expect(problems({ endpointOfEnvironment: 'http://127.0.0.1:4566' })).toEqual([
      [
        'endpoint',
        'error',
        'AWS_ENDPOINT_URL is http://127.0.0.1:4566: a deployment would go there, not to AWS.',
        'unset AWS_ENDPOINT_URL AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY',
      ],
    ]);
  });

  it('is a warning when the AWS CLI would ask another region', () => {
    expect(problems({ regionOfEnvironment: 'eu-west-1' })).toEqual([]);
    expect(problems({ regionOfEnvironment: 'us-east-1' })).toEqual([
      [
        'region',
        'warning',
        'sls deploys to eu-west-1, and the AWS CLI asks us-east-1.',
        'export AWS_REGION=eu-west-1',
      ],
    ]);
  });

  it('says that the machine is offline, and nothing of credentials', () => {
    expect(problems({ answer: { unreachable: 'ENOTFOUND' } })).toEqual([
      [
        'network',
        'error',
        'AWS cannot be reached (ENOTFOUND): this machine is offline, or behind a proxy or a firewall.',
        'Connect it, or name the proxy in HTTPS_PROXY.',
      ],
    ]);
  });

  it.each([
    [301, 'The clock is 5 minutes fast: AWS refuses what it signs.'],
    [-3_600, 'The clock is 60 minutes slow: AWS refuses what it signs.'],
  ])('is an error when the clock is %s s ahead', (aheadSeconds, message) => {
    expect(problems({ answer: { ...WELL.answer, aheadSeconds } as AccountFacts['answer'] })).toEqual([
      ['clock', 'error', message, 'Let the system set its clock by the network.'],
    ]);
  });

  it('is an error without credentials', () => {
    expect(
      problems({ answer: { aheadSeconds: undefined, identity: { problem: 'Could not load credentials' } } }),
    ).toEqual([
      [
        'credentials',
        'error',
        'There are no credentials that AWS takes (Could not load credentials).',
        'aws configure sso, or export AWS_PROFILE=…',
      ],
    ]);
  });
});

describe('what is asked of AWS', () => {
  let server: Server;
  let answer: string | undefined;
  let status: number;
  let date: string | undefined;
  const question = () => ({
    region: 'eu-west-1',
    env: {},
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    now: () => Date.parse('2026-11-23T10:01:30Z'),
  });

  beforeEach(async () => {
    status = 200;
    date = 'Mon, 23 Nov 2026 10:00:00 GMT';
    process.env.AWS_ACCESS_KEY_ID = 'AKIAEXAMPLE';
    process.env.AWS_SECRET_ACCESS_KEY = 'example';
    server = createServer((_request, response) => {
      if (answer === undefined) return;
      response.statusCode = status;
      response.sendDate = false;
      if (date) response.setHeader('date', date);
      response.setHeader('content-type', 'text/xml');
      response.end(answer);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => {
    delete process.env.AWS_ACCESS_KEY_ID;
    delete process.env.AWS_SECRET_ACCESS_KEY;
    server.closeAllConnections();
    server.close();
  });

  it('is the time, and whose the credentials are', async () => {
    answer =
      '<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/ana</Arn>' +
      '<Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>';
    expect(await account(question())).toEqual({
      region: 'eu-west-1',
      regionOfEnvironment: undefined,
      endpointOfEnvironment: undefined,
      answer: {
        aheadSeconds: 90,
        identity: { account: '123456789012', arn: 'arn:aws:iam::123456789012:user/ana' },
      },
    });
  });

  it('is the time also when the credentials are refused', async () => {
    status = 403;
    answer =
      '<ErrorResponse><Error><Type>Sender</Type><Code>InvalidClientTokenId</Code>' +
      '<Message>The security token included in the request is invalid.</Message></Error></ErrorResponse>';
    expect((await account(question())).answer).toEqual({
      aheadSeconds: 90,
      identity: { problem: 'The security token included in the request is invalid.' },
    });
  });

  it('is given up when nothing is answered', async () => {
    answer = undefined;
    expect((await account({ ...question(), patienceMs: 200 })).answer).toEqual({
      unreachable: 'it takes too long',
    });
  });

  it('is nothing when something else than AWS answers', async () => {
    status = 502;
    date = undefined;
    answer = 'Bad gateway';
    expect((await account(question())).answer).toEqual({ unreachable: expect.any(String) });
  });

  it('is nothing where nobody listens', async () => {
    expect((await account({ ...question(), endpoint: 'http://127.0.0.1:9' })).answer).toEqual({
      unreachable: expect.stringContaining('ECONNREFUSED'),
    });
  });
});

describe('the parameters', () => {
  it('are well when sls deploy takes them', () => {
    expect(settingsFinding('prod', ['alarmEmail=alarms@example.com'])).toEqual({
      check: 'parameters',
      level: 'ok',
      message: 'The parameters of prod are valid.',
    });
  });

  it.each([
    ['production', [], 'The stage "production" is not allowed'],
    ['prod', ['logLevel=loud'], 'The parameter logLevel is "loud"; allowed: '],
  ])('of %s are an error with %s', (stage, param, message) => {
    const finding = settingsFinding(stage, param);
    expect(finding).toMatchObject({
      level: 'error',
      fix: 'docs/parameters.md lists stages and parameters with what they may be.',
    });
    expect(finding.message).toContain(message);
  });
});
