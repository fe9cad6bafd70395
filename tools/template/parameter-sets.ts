import { createRequire } from 'node:module';

const { params }: typeof import('../../shared/serverless/params.cjs') = createRequire(import.meta.url)(
  '../../shared/serverless/params.cjs',
);

/** A template to check: a stage, and what is given beside it. */
export interface ParameterSet {
  readonly title: string;
  readonly stage: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly protectsData: boolean;
}

const set = (title: string, stage: string, parameters: ParameterSet['parameters'] = {}): ParameterSet => ({
  title,
  stage,
  parameters,
  protectsData: Boolean({ ...params.default, ...(stage === 'prod' ? params.prod : {}) }.protectData),
});

const imageOf = (name: string) =>
  `123456789012.dkr.ecr.eu-west-1.amazonaws.com/${name}@sha256:${'0f'.repeat(32)}`;

/** The stages as they are deployed by default, and those in which everything that has to be asked for is there. */
export const PARAMETER_SETS: readonly ParameterSet[] = [
  set('dev', 'dev'),
  set('rehearsal', 'rehearsal'),
  set('prod', 'prod'),
  set('prod with e-mails and an invoice image', 'prod', {
    alarmEmail: 'alarms@example.com',
    stockAlertEmail: 'staff@example.com',
    notificationEmail: 'staff@example.com',
    reportEmail: 'staff@example.com',
    invoiceImageUri: imageOf('invoice'),
    websocketAccessLog: 'true',
  }),
  set('dev with reports behind endpoints', 'dev', {
    reportsImageUri: imageOf('reports'),
    reportsEgress: 'endpoints',
    issuerUrl: 'https://idp.example.com',
  }),
  set('prod with public reports', 'prod', {
    reportsImageUri: imageOf('reports'),
    certificateArn: 'arn:aws:acm:eu-west-1:123456789012:certificate/0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f',
  }),
];
