import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { DailyReportDependencies } from '../domain/daily-report.ts';

/** The SNS client of a function instance. */
export const sns = new SNSClient({
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 500, requestTimeout: 2_000, throwOnRequestTimeout: true },
});

/** The name of the one kind of message here; subscriptions may filter by it. */
const DAILY_REPORT = 'DailyReport';

/** The topic that tells people of reports. */
export const reportNotices = (
  client: Pick<SNSClient, 'send'>,
  topicArn: string,
): DailyReportDependencies['notices'] => ({
  async send(notice) {
    await client.send(
      new PublishCommand({
        TopicArn: topicArn,
        Subject: `Sales of ${notice.day}`,
        Message: JSON.stringify({ kind: DAILY_REPORT, ...notice }),
        MessageAttributes: { kind: { DataType: 'String', StringValue: DAILY_REPORT } },
      }),
    );
  },
});
