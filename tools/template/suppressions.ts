import type { Suppression } from './found.ts';

/** Every finding that is right to be there. One that no template has any more is a finding itself. */
export const SUPPRESSIONS: readonly Suppression[] = [
  // Routes that are open to everybody.
  {
    rules: ['route-authorised', 'AwsSolutions-APIG4'],
    resources: /^HttpApiRouteGetItems(IdVar)?$/,
    reason: 'reading the catalogue is public',
  },
  {
    rules: ['route-authorised', 'AwsSolutions-APIG4'],
    resources: /^HttpApiRouteGet(Openapijson|Docs|DocsAssetVar)$/,
    reason: 'who writes a client reads the documentation first',
  },

  {
    rules: ['AwsSolutions-APIG4'],
    resources: /^(Sdisconnect|subscribe|Sdefault)WebsocketsRoute$/,
    reason: 'only the opening of a WebSocket can be authorised',
  },
  {
    rules: ['access-log', 'AwsSolutions-APIG1', 'Serverless-APIGWAccessLogging'],
    resources: /^WebsocketsDeploymentStage$/,
    reason:
      'the account has to let API Gateway write logs first; the parameter websocketAccessLog says that it does',
  },

  // Stars in policies, by what they allow.
  {
    rules: ['wildcard'],
    resources: /IamRoleLambdaExecution$/,
    says: /^allows xray:PutTraceSegments, xray:PutTelemetryRecords on \*$/,
    reason: 'X-Ray has no resources to name',
  },
  {
    rules: ['wildcard'],
    resources: /IamRoleLambdaExecution$/,
    says: /^allows logs:CreateLogStream, logs:PutLogEvents on \S+:log-group:\/aws\/lambda\/[\w-]+:\*:\*$/,
    reason: 'the streams of the function’s own log group, which Lambda names',
  },
  {
    rules: ['wildcard'],
    resources: /^(Create|Get|Import)Upload|^(Render|Get)Invoice|^Daily(Cleanup|Report)IamRole/,
    says: /^allows s3:(Get|Put|Delete)Object(Version)?(, s3:(Put|Get)Object)? on \S+\/(uploads|parts|reports|invoices)\/\*$/,
    reason: 'objects under one prefix, whose names are made while it runs',
  },
  {
    rules: ['wildcard'],
    resources: /^(PlaceOrder|SweepOrders)IamRole/,
    says: /^allows states:DescribeExecution on \S+:execution:\$\{OrderProcessing\.Name\}:\*$/,
    reason: 'executions of one state machine, which are named by their orders',
  },
  {
    rules: ['wildcard'],
    resources: /^OrderProcessingRole$/,
    says: /^allows lambda:InvokeFunction on \$\{\w+LambdaFunction\.Arn\}:\*$/,
    reason: 'versions of the functions that it calls; the plugin adds them, and there are none',
  },
  {
    rules: ['wildcard'],
    resources: /^OrderProcessingRole$/,
    says: /^allows logs:CreateLogDelivery, .* on \*$/,
    reason: 'neither deliveries of logs nor X-Ray have resources to name',
  },
  {
    rules: ['wildcard'],
    resources: /^TrafficShiftRole$/,
    says: /^allows cloudwatch:DescribeAlarms on \S+:alarm:\*$/,
    reason: 'IAM checks who asks for an alarm by its name against all alarms of the account',
  },
  {
    rules: ['wildcard'],
    resources: /^ReportsAccessLogsPolicy$/,
    says: /^allows s3:PutObject on \$\{ReportsAccessLogs\.Arn\}\/AWSLogs\/\$\{AWS::AccountId\}\/\*$/,
    reason: 'the logs of one load balancer, which names them',
  },
  {
    rules: ['wildcard'],
    resources: /^ReportsQueuesPolicy$/,
    says: /^allows sqs:SendMessage on \*$/,
    reason: 'of one rule, to each of two queues: in the policy of a queue a star is that queue alone',
  },
  {
    rules: ['wildcard'],
    resources: /^ReportsExecutionRole$/,
    says: /^allows ecr:GetAuthorizationToken on \*$/,
    reason: 'a token is for the registry as a whole; what may be pulled with it is named beside it',
  },
  {
    rules: ['wildcard'],
    resources: /^ReportsFiles$/,
    says: /^allows elasticfilesystem:ClientMount, elasticfilesystem:ClientWrite on \*$/,
    reason:
      'the policy of a file system is about that one alone, which cannot name itself before it is there',
  },
  {
    rules: ['AwsSolutions-IAM4'],
    resources: /^DailyReportIamRoleLambdaExecution$/,
    says: /AWSLambdaVPCAccessExecutionRole$/,
    reason: 'the plugin adds it to a function in a network; interfaces have no names before they are made',
  },
  {
    rules: ['AwsSolutions-IAM5', 'Serverless-LambdaStarPermissions'],
    resources: /Role/,
    reason: 'our rule wildcard asks the same of each statement, in words that its exceptions can be told by',
  },

  {
    rules: ['wildcard'],
    resources: /^PushStatusesIamRole/,
    says: /^allows execute-api:ManageConnections on \S+:\$\{WebsocketsApi\}\/[\w-]+\/POST\/@connections\/\*$/,
    reason: 'messages to the connections of one stage of one API, which are named while it runs',
  },

  // Data.
  {
    rules: ['data-kept'],
    resources: /^(ItemsIdempotency|SentAlerts|Uploads|SigningKeys|Schedules|Live)Table$/,
    says: /^loses/,
    reason:
      'its records end by themselves or are made anew; deletion protection keeps it while the stack is there',
  },
  {
    rules: ['AwsSolutions-DDB3'],
    resources: /Table$/,
    reason: 'our rule table-protection asks for recovery where data is protected, and for none elsewhere',
  },
  {
    rules: ['data-kept', 'bucket-versioning', 'bucket-unfinished'],
    resources: /^ServerlessDeploymentBucket$/,
    reason: 'the framework’s, for the packages of the last deploys, which any commit can make again',
  },
  {
    rules: ['AwsSolutions-S1'],
    resources: /Bucket$/,
    reason: 'who asks for an object stands in the access log of the API; S3 is reached by its links alone',
  },
  {
    rules: ['AwsSolutions-S1'],
    resources: /^ReportsAccessLogs$/,
    reason: 'it holds an access log, and a log of who reads that would have its own readers',
  },
  {
    rules: ['topic-encryption'],
    resources: /^AlarmTopic$/,
    reason: 'alarms may not use the key of AWS, and what they say is not worth a key of our own',
  },
  {
    rules: ['transport', 'AwsSolutions-SQS4'],
    resources: /^OrdersDeadLetters$/,
    reason: 'the framework makes its policy for a subscription; only AWS services and functions send to it',
  },
  {
    rules: ['AwsSolutions-SMG4'],
    resources: /^StripeSecret$/,
    reason: 'Stripe’s key is made by Stripe: nothing here could rotate it',
  },
  {
    rules: ['AwsSolutions-COG2', 'AwsSolutions-COG8'],
    resources: /^UserPool$/,
    reason: 'the back office signs in with client credentials: no user has a password to protect',
  },

  // Failures that take another way than the packs look for.
  {
    rules: ['AwsSolutions-SQS3', 'Serverless-SQSRedrivePolicy'],
    resources: /(DeadLetters|ChangeFailures|PushFailures)$/,
    reason: 'it takes failures of functions, rules and subscriptions, which the packs do not look at',
  },
  {
    rules: ['Serverless-LambdaDLQ'],
    resources: /LambdaFunction$/,
    reason:
      'our rule asynchronous-failure asks for a destination, which says more; others have no use for either',
  },
  {
    rules: ['Serverless-LambdaEventSourceMappingDestination'],
    resources: /EventSourceMappingSQS/,
    reason: 'failures of a queue take its redrive policy; a destination is for streams',
  },
  {
    rules: ['Serverless-SNSRedrivePolicy'],
    resources: /Email$/,
    reason: 'SNS redrives no e-mail',
  },
  {
    rules: ['machine-tasks'],
    resources: /^OrderProcessing$/,
    says: /^(ReleaseInventory|RecordFailure) catches nothing$/,
    reason: 'where undoing an order fails the execution fails, and the sweep begins it anew',
  },
  {
    rules: ['AwsSolutions-SF1'],
    resources: /^OrderProcessing$/,
    reason: 'the history of an execution has every step for 90 days; the log has errors',
  },

  // The reports service.
  {
    rules: ['open-port', 'AwsSolutions-EC23'],
    resources: /^ReportsLoadBalancerSecurityGroup$/,
    reason:
      'a public load balancer is there for everybody, and one without a certificate for its network; every report asks for a token',
  },
  {
    rules: ['AwsSolutions-RDS3'],
    resources: /^ReportsDatabase$/,
    reason: 'the parameter reportsDatabaseStandby decides, and does so for one in prod',
  },
  {
    rules: ['AwsSolutions-RDS10'],
    resources: /^ReportsDatabase$/,
    reason: 'our rule database asks for protection where data is protected, and for none elsewhere',
  },
  {
    rules: ['AwsSolutions-RDS11'],
    resources: /^ReportsDatabase$/,
    reason: 'its security group names who comes in: a port that nobody expects would keep nobody out',
  },
  {
    rules: ['AwsSolutions-ECS2'],
    resources: /^ReportsTask$/,
    reason: 'our rule plain-secret looks at each variable; the one secret comes from Secrets Manager',
  },
  {
    rules: ['plain-secret'],
    resources: /^(ReportsTask|AuthorizeConnectionLambdaFunction)$/,
    says: / in TOKEN_AUDIENCE$/,
    reason: 'whom a token is made for is no secret: each token says it',
  },
];
