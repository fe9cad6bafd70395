import { describe, expect, it } from '@jest/globals';
import parseVariables from 'serverless/lib/configuration/variables/parse.js';
import ServerlessError from 'serverless/lib/serverless-error.js';
import parameters from './params.cjs';
import Settings from './settings.cjs';

type Serverless = ConstructorParameters<typeof Settings>[0];

const output = { log: { notice: () => undefined } };
const command = (
  options: Serverless['processedInput']['options'],
  configured: Serverless['configurationInput']['params'] = parameters.params,
  texts: Readonly<Record<string, string>> = {},
): Serverless => ({
  processedInput: { commands: ['package'], options, isHelpRequest: false },
  serviceDir: '/repository',
  configurationInput: { params: configured },
  service: {},
  variablesMeta: new Map(
    Object.entries(texts).map(([path, text]) => [
      path.replaceAll('.', '\0'),
      { variables: parseVariables(text) ?? [] },
    ]),
  ),
  classes: { Error: ServerlessError },
});
/** What the user reads; nothing when the command may go on. */
const line = (serverless: Serverless) => {
  try {
    new Settings(serverless, {}, output);
  } catch (error) {
    if (error instanceof ServerlessError) return error.message;
    throw error;
  }
  return undefined;
};

describe('a stage', () => {
  it.each([
    undefined,
    'dev',
    'staging',
    'prod',
    'rehearsal',
    'pr-1',
    'pr-20417',
    'dev-ana',
    'dev-a1',
    'dev-abcdefghijkl',
  ])('may be %s', (stage) => {
    expect(line(command(stage === undefined ? {} : { stage }))).toBeUndefined();
  });

  it.each([
    'production',
    'Prod',
    'test',
    'pr-',
    'pr-x',
    'pr-0',
    'dev-',
    'dev-Ana',
    'dev-1',
    'dev-abcdefghijklm',
    'dev-a-b',
  ])('may not be %s', (stage) => {
    expect(line(command({ stage }))).toBe(
      `The stage "${stage}" is not allowed; it may be dev, staging, prod, rehearsal, pr-<number>, ` +
        'dev-<name of up to 12 letters and digits>.',
    );
  });

  it('is not looked at when help is asked for', () => {
    const asked = command({ stage: 'production' });
    expect(
      line({ ...asked, processedInput: { ...asked.processedInput, isHelpRequest: true } }),
    ).toBeUndefined();
  });
});

/** What each parameter may not be. */
const REFUSED: readonly (readonly [name: string, value: string])[] = [
  ['issuerUrl', 'http://idp.example.com'],
  ['issuerUrl', 'https://idp.example.com?tenant=1'],
  ['issuerUrl', 'https://idp.example.com#a'],
  ['issuerUrl', 'https://user@idp.example.com'],
  ['issuerUrl', 'idp.example.com'],
  ['issuerUrl', 'http://localhost.example.com'],
  ['tokenAudience', 'two words'],
  ['allowedOrigins', 'https://shop.example.com/'],
  ['allowedOrigins', 'https://shop.example.com/path'],
  ['allowedOrigins', 'shop.example.com'],
  ['allowedOrigins', 'https://shop.example.com,'],
  ['allowedOrigins', 'https://shop.example.com,*'],
  ['allowedOrigins', 'null'],
  ['allowedOrigins', 'ws://shop.example.com'],
  ['websocketAccessLog', 'yes'],
  ['trafficShift', 'canary'],
  ['trafficShift', 'LambdaLinear10PercentEvery10Minutes'],
  ['trafficShift', 'CodeDeployDefault.LambdaCanary10Percent5Minutes'],
  ['lowStockThreshold', '0'],
  ['lowStockThreshold', '101'],
  ['stockAlertEmail', 'staff'],
  ['reportEmail', 'staff@'],
  ['paymentProvider', 'paypal'],
  ['approvalAmount', '-1'],
  ['approvalAmount', '10.50'],
  ['approvalAmount', '100000000'],
  ['notificationEmail', 'example.com'],
  ['notificationEmail', 'orders@localhost'],
  ['notificationEmail', 'orders@example.com, more@example.com'],
  ['alarmEmail', 'on call@example.com'],
  ['alarmEmail', '@example.com'],
  ['alarmEmail', `a@${'b'.repeat(250)}.example`],
  ['invoiceImageUri', 'invoice:latest'],
  ['invoiceImageUri', 'public.ecr.aws/shop/invoice:latest'],
  ['invoiceImageUri', '123456789012.dkr.ecr.eu-west-1.amazonaws.com/invoice'],
  ['invoiceImageUri', '123456789012.dkr.ecr.eu-west-1.amazonaws.com/invoice@sha256:0f'],
  ['reportsImageUri', 'reports:latest'],
  ['certificateArn', 'arn:aws:acm:eu-west-1:123456789012:certificate/'],
  ['certificateArn', 'arn:aws:iam::123456789012:server-certificate/0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f'],
  ['reportsMaximumTasks', '2'],
  ['reportsMaximumTasks', '31'],
  ['reportsEgress', 'none'],
  ['reportsDatabaseClass', 't4g.micro'],
  ['reportsDatabaseClass', 'db.t3.micro'],
  ['reportsDatabaseClass', 'db.m7g.micro'],
  ['reportsDatabaseStandby', 'no'],
  ['apiRateLimit', '0'],
  ['apiRateLimit', '10001'],
  ['apiRateLimit', '-5'],
  ['apiRateLimit', '2.5'],
  ['apiRateLimit', '1e3'],
  ['apiRateLimit', 'many'],
  ['apiBurstLimit', '5001'],
  ['deploymentRoleArn', 'arn:aws:iam::123456789012:user/deployment'],
  ['permissionsBoundaryArn', 'arn:aws:iam::123456789012:role/boundary'],
  ['runbooks', 'http://wiki.example.com/runbooks'],
  ['runbooks', 'https://wiki.example.com/runbooks/'],
  ['runbooks', 'https://wiki.example.com/run books'],
  ['runbooks', 'docs'],
  ['logLevel', 'debug'],
  ['logLevel', 'TRACE'],
  ['logRetentionInDays', '0'],
  ['logRetentionInDays', '8'],
  ['logRetentionInDays', '07'],
  ['protectData', 'yes'],
  ['protectData', 'TRUE'],
];

describe('a parameter given on the command line', () => {
  it.each([
    'issuerUrl=https://idp.example.com',
    'issuerUrl=https://idp.example.com/realms/shop/',
    'issuerUrl=http://127.0.0.1:3002',
    'issuerUrl=http://localhost:3002/issuer',
    'tokenAudience=shop',
    'allowedOrigins=*',
    'allowedOrigins=https://shop.example.com',
    'allowedOrigins=https://shop.example.com, http://localhost:3000',
    'apiRateLimit=1',
    'apiRateLimit=10000',
    'apiBurstLimit=5000',
    'trafficShift=AllAtOnce',
    'trafficShift=LambdaCanary10Percent5Minutes',
    'trafficShift=LambdaLinear10PercentEvery3Minutes',
    'paymentProvider=sandbox',
    'paymentProvider=stripe',
    'approvalAmount=0',
    'approvalAmount=50000',
    'approvalAmount=99999999',
    'notificationEmail=orders@example.com',
    "alarmEmail=on.call+shop_o'neil@ops.example.co.uk",
    `invoiceImageUri=123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/invoice@sha256:${'0f'.repeat(32)}`,
    'invoiceImageUri=123456789012.dkr.ecr.eu-west-1.amazonaws.com/invoice:v1.2',
    `reportsImageUri=123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/reports@sha256:${'0f'.repeat(32)}`,
    'deploymentRoleArn=arn:aws:iam::123456789012:role/pipeline/deployment',
    'permissionsBoundaryArn=arn:aws:iam::123456789012:policy/boundary',
    'reportsMaximumTasks=3',
    'reportsMaximumTasks=30',
    'reportsEgress=nat',
    'reportsDatabaseClass=db.t4g.large',
    'reportsDatabaseClass=db.r8g.large',
    'reportsDatabaseClass=db.m7g.16xlarge',
    'reportsDatabaseStandby=true',
    'lowStockThreshold=1',
    'lowStockThreshold=100',
    'stockAlertEmail=staff@example.com',
    'reportEmail=staff@example.com',
    'runbooks=docs/runbooks',
    'runbooks=https://github.com/owner/shop/blob/main/docs/runbooks',
    'logLevel=DEBUG',
    'logLevel=ERROR',
    'logRetentionInDays=3653',
    'protectData=true',
    'protectData=false',
  ])('may be %s', (given) => {
    expect(line(command({ param: [given] }))).toBeUndefined();
  });

  it.each(REFUSED)('%s may not be %s', (name, value) => {
    expect(line(command({ param: [`${name}=${value}`] }))).toBe(
      `The parameter ${name} is "${value}"; allowed: ${parameters.parameters[name]?.allowed}.`,
    );
  });

  it.each([
    [
      'tokenAudience=shop-web',
      'issuerUrl=https://idp.example.com',
      'The parameter tokenAudience is "shop-web"; allowed: any text without spaces; with a user pool in the place of ' +
        'issuerUrl, shop alone.',
    ],
    [
      'certificateArn=arn:aws:acm:eu-west-1:123456789012:certificate/0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f',
      'reportsImageUri=123456789012.dkr.ecr.eu-west-1.amazonaws.com/reports:v1',
      'The parameter certificateArn is ' +
        '"arn:aws:acm:eu-west-1:123456789012:certificate/0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f"; allowed: empty, or ' +
        'arn:aws:acm:<region>:<account>:certificate/<id> when reportsImageUri is given.',
    ],
  ])('may be %s only beside the parameter that it goes with', (given, other, refusal) => {
    expect(line(command({ param: [given] }))).toBe(refusal);
    expect(line(command({ param: [given, other] }))).toBeUndefined();
  });

  it('has an example here that is refused, whichever it is', () => {
    const refused = REFUSED.map(([name]) => name);
    expect(Object.keys(parameters.parameters).filter((name) => !refused.includes(name))).toEqual([]);
  });

  it('may be endpoints alone for reportsEgress when the network leads to an issuer of its own', () => {
    const given = 'reportsEgress=endpoints';
    expect(line(command({ param: [given] }))).toBe(
      'The parameter reportsEgress is "endpoints"; allowed: nat, or endpoints when issuerUrl is an issuer that its ' +
        'network leads to.',
    );
    expect(line(command({ param: [given, 'issuerUrl=https://idp.example.com'] }))).toBeUndefined();
  });

  it('says what is allowed in words of its own', () => {
    expect(line(command({ param: ['logLevel=debug'] }))).toBe(
      'The parameter logLevel is "debug"; allowed: DEBUG, INFO, WARN, ERROR.',
    );
  });

  it('is refused when there is none of that name', () => {
    expect(line(command({ param: ['logLevel=INFO', 'colour=red'] }))).toBe(
      'There is no parameter "colour"; the parameters are issuerUrl, tokenAudience, allowedOrigins, apiRateLimit, ' +
        'apiBurstLimit, websocketAccessLog, trafficShift, paymentProvider, approvalAmount, notificationEmail, lowStockThreshold, stockAlertEmail, reportEmail, ' +
        'invoiceImageUri, reportsImageUri, certificateArn, reportsMaximumTasks, reportsEgress, reportsDatabaseClass, ' +
        'reportsDatabaseStandby, alarmEmail, runbooks, deploymentRoleArn, permissionsBoundaryArn, logLevel, ' +
        'logRetentionInDays, protectData.',
    );
    expect(line(command({ param: ['toString=1'] }))).toContain('There is no parameter "toString"');
  });

  it.each([
    ['logLvel', 'logLevel'],
    ['loglevel', 'logLevel'],
    ['reportImageUri', 'reportsImageUri'],
    ['issuer', 'issuerUrl'],
  ])('%s is refused with the name that is near', (typo, near) => {
    expect(line(command({ param: [`${typo}=x`] }))).toMatch(
      new RegExp(
        `^There is no parameter "${typo}"; is ${near} meant\\? The parameters are issuerUrl, .*protectData\\.$`,
      ),
    );
  });

  it('is refused when it is given twice, even alike', () => {
    const twice = 'The parameter logLevel is given twice.';
    expect(line(command({ param: ['logLevel=INFO', 'logLevel=DEBUG'] }))).toBe(twice);
    expect(line(command({ param: ['logLevel=INFO', 'logLevel=INFO'] }))).toBe(twice);
  });

  it('is refused in one line, whatever it is', () => {
    expect(line(command({ param: ['logLevel=IN\nFO'] }))).toBe(
      'The parameter logLevel is "IN\\nFO"; allowed: DEBUG, INFO, WARN, ERROR.',
    );
  });

  it('is refused as a variable, which would be checked by nobody', () => {
    expect(line(command({ param: ['logLevel=${env:LEVEL}'] }))).toContain(
      'The parameter logLevel is "${env:LEVEL}"',
    );
  });

  it('is refused without a name', () => {
    expect(line(command({ param: ['=INFO'] }))).toBe(
      '--param "=INFO" names no parameter; write --param "name=value".',
    );
  });

  it.each(['logLevel', 'logLevel=', 'logLevel= '])('is refused without a value: %s', (given) => {
    expect(line(command({ param: [given] }))).toBe(
      `--param "${given}" has no value; write --param "name=value".`,
    );
  });
});

describe('a configured parameter', () => {
  it('is checked for the stage that it is for', () => {
    const configured = { default: { logLevel: 'INFO' }, prod: { logLevel: 'quiet' } };
    expect(line(command({}, configured))).toBeUndefined();
    expect(line(command({ stage: 'prod' }, configured))).toContain('The parameter logLevel is "quiet"');
    expect(line(command({ stage: 'prod', param: ['logLevel=WARN'] }, configured))).toBeUndefined();
  });

  it('has to be described', () => {
    expect(line(command({}, { default: { colour: 'red' } }))).toBe(
      'The parameter "colour" is not described in shared/serverless/params.cjs.',
    );
  });

  it('is checked once its own variables have values', async () => {
    const serverless = command({}, { default: { logLevel: '${ssm:/level}' } });
    const { hooks } = new Settings(serverless, {}, output);
    serverless.configurationInput.params = { default: { logLevel: 'quiet' } };
    expect(() => hooks.initialize()).toThrow('The parameter logLevel is "quiet"');
  });
});

describe('a parameter without a value', () => {
  const missing = (text: string) =>
    line(command({}, { default: { logLevel: 'INFO' } }, { 'functions.a.environment.X': text }));

  it('is named, with the place that needs it', () => {
    expect(missing('https://${param:issuerUrl}/x')).toBe(
      'The parameter "issuerUrl" has no value, and functions.a.environment.X needs it: give --param "issuerUrl=…".',
    );
    expect(missing('${param:colour}')).toBe(
      'The parameter "colour" has no value, and functions.a.environment.X needs it: ' +
        'describe it in shared/serverless/params.cjs.',
    );
  });

  it.each([
    '${param:logLevel}',
    "${param:colour, 'red'}",
    '${param:colour, param:logLevel}',
    '${param:${sls:stage}}',
    '${env:HOME}',
    '\\${param:x}',
  ])('is not missed by %s', (text) => {
    expect(missing(text)).toBeUndefined();
  });
});

describe('a package', () => {
  const CONTAINERS = { ReportsService: { Type: 'AWS::ECS::Service' } };
  const said = (service: Serverless['service']) => {
    const lines: string[] = [];
    const log = { notice: (text: string) => lines.push(text) };
    const { hooks } = new Settings({ ...command({}), service }, {}, { log });
    hooks['before:package:finalize']();
    return lines;
  };
  const reportsOn = (uri: string) => ({ ReportsOn: { 'Fn::Not': [{ 'Fn::Equals': [uri, ''] }] } });

  it('tells once that it is made without the reports service', () => {
    expect(said({ resources: { Conditions: reportsOn(''), Resources: CONTAINERS } })).toEqual([
      'The reports service is left out: no reportsImageUri.',
    ]);
  });

  it.each([
    ['has an image of it', { resources: { Conditions: reportsOn('reports:v1'), Resources: CONTAINERS } }],
    ['is of another service that asks for it', { resources: { Conditions: reportsOn(''), Resources: {} } }],
    ['is of a service without resources', {}],
  ])('tells nothing when it %s', (_, service) => {
    expect(said(service)).toEqual([]);
  });
});
