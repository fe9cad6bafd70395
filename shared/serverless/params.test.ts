import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parametersPage } from '../../tools/parameters.ts';
import parameters from './params.cjs';

describe('the table of parameters', () => {
  it('gives the framework a default for dev and what differs for prod', () => {
    expect(parameters.params).toEqual({
      default: {
        issuerUrl: '',
        tokenAudience: 'shop',
        allowedOrigins: 'http://localhost:3000',
        apiRateLimit: 50,
        apiBurstLimit: 500,
        trafficShift: 'AllAtOnce',
        websocketAccessLog: false,
        paymentProvider: 'sandbox',
        approvalAmount: 0,
        notificationEmail: '',
        lowStockThreshold: 5,
        stockAlertEmail: '',
        reportEmail: '',
        invoiceImageUri: '',
        reportsImageUri: '',
        certificateArn: '',
        reportsMaximumTasks: 6,
        reportsEgress: 'nat',
        reportsDatabaseClass: 'db.t4g.micro',
        reportsDatabaseStandby: false,
        alarmEmail: '',
        runbooks: 'docs/runbooks',
        deploymentRoleArn: '',
        permissionsBoundaryArn: '',
        logLevel: 'INFO',
        logRetentionInDays: 7,
        protectData: false,
      },
      prod: {
        apiRateLimit: 500,
        apiBurstLimit: 1000,
        trafficShift: 'LambdaCanary10Percent5Minutes',
        paymentProvider: 'stripe',
        reportsDatabaseStandby: true,
        logRetentionInDays: 90,
        protectData: true,
      },
    });
  });

  it('accepts its own values', () => {
    const refused = Object.values(parameters.params).flatMap((values) =>
      Object.entries(values).filter(
        ([name, value]) => !parameters.parameters[name]?.accepts(String(value), values),
      ),
    );
    expect(refused).toEqual([]);
  });

  it('is what docs/parameters.md says', () => {
    const written = readFileSync(join(import.meta.dirname, '../../docs/parameters.md'), 'utf8');
    expect(written).toBe(parametersPage(parameters.parameters, parameters.stages.allowed));
  });
});
