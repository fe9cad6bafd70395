import { testRules } from '../testing/rule-examples.ts';
import { dashboardRules } from './dashboards.ts';

testRules(dashboardRules, {
  'dashboard-whole': {
    fine: {
      Jobs: { Type: 'AWS::SQS::Queue' },
      JobsPolicy: { Type: 'AWS::SQS::QueuePolicy' },
      Dashboard: {
        Type: 'AWS::CloudWatch::Dashboard',
        Properties: {
          DashboardBody: {
            'Fn::Join': ['', ['{"widgets":[', { 'Fn::Sub': '"${AWS::Region} ${Jobs.QueueName}"' }, ']}']],
          },
        },
      },
    },
    broken: [
      ['Orders', { Type: 'AWS::DynamoDB::Table' }, 'Orders is not on the dashboard'],
      ['Jobs', undefined, 'Dashboard shows Jobs, which is not there'],
      ['Dashboard', undefined, 'Dashboard is not there'],
      ['Dashboard.Properties.DashboardBody', { 'Fn::Sub': '{${Jobs}' }, 'Dashboard is no JSON'],
    ],
  },
});
