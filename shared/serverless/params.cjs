/**
 * Every switch of the application, and the stages it may be deployed to: what a value means, what is allowed, the
 * default, and what prod has instead. A value given on the command line (`--param "name=value"`) wins over both.
 * The framework's `params`, the checks of settings.cjs and docs/parameters.md are all made from this table.
 *
 * @typedef {string | number | boolean} Value
 * @typedef {object} Parameter
 * @property {string} description
 * @property {string} allowed what `accepts` accepts, in words
 * @property {(value: string, all: { [name: string]: unknown }) => boolean} accepts values from the command
 *   line are strings, and others are made so; some depend on `all` values of the stage
 * @property {Value} [default] absent: must be given
 * @property {Value} [prod]
 */

/**
 * The retention that CloudWatch Logs offers and osls knows.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
 */
const RETENTION_IN_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1827, 2192, 2557, 2922, 3288, 3653,
];
/**
 * Those of CodeDeploy that end within half an hour: credentials of a pipeline last for one.
 * https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-configurations.html
 */
const TRAFFIC_SHIFTS = [
  'AllAtOnce',
  'LambdaCanary10Percent5Minutes',
  'LambdaCanary10Percent10Minutes',
  'LambdaCanary10Percent15Minutes',
  'LambdaLinear10PercentEvery1Minute',
  'LambdaLinear10PercentEvery2Minutes',
  'LambdaLinear10PercentEvery3Minutes',
];
const LOG_LEVELS = ['DEBUG', 'INFO', 'WARN', 'ERROR'];
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** @param {string} value */
const isIssuer = (value) => {
  const url = URL.parse(value);
  if (!url || /[?#\s]/.test(value) || url.username !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.includes(url.hostname));
};

/** @param {string} value */
const isOrigin = (value) => /^https?:/.test(value) && URL.parse(value)?.origin === value;

/** @param {string} value */
const isEmailOrEmpty = (value) =>
  value === '' ||
  (value.length <= 254 && /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(value));

/**
 * osls asks ECR for the digest of a tag when it packages. Repositories and tags are named as ECR allows.
 * https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html
 *
 * @param {string} value
 */
const isImageOrEmpty = (value) =>
  /^(\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com\/[a-z0-9][a-z0-9._/-]{1,255}(@sha256:[0-9a-f]{64}|:\w[\w.-]{0,127}))?$/.test(
    value,
  );

/**
 * A load balancer takes certificates of its own region.
 *
 * @param {string} value
 */
const isCertificateOrEmpty = (value) =>
  /^(arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[0-9a-f-]{36})?$/.test(value);

/** @param {unknown} value of another parameter */
const isGiven = (value) => (value ?? '') !== '';

/** @type {(kind: 'role' | 'policy') => (value: string) => boolean} */
const isIamArnOrEmpty = (kind) => (value) =>
  value === '' || new RegExp(`^arn:aws[a-z-]*:iam::\\d{12}:${kind}/[\\w+=,.@/-]{1,512}$`).test(value);

/** @type {(lowest: number, highest: number) => (value: string) => boolean} */
const isInteger = (lowest, highest) => (value) =>
  /^\d+$/.test(value) && Number(value) >= lowest && Number(value) <= highest;

/** @satisfies {{ [name: string]: Parameter }} */
const parameters = {
  issuerUrl: {
    description: 'OpenID Connect issuer that signs access tokens; empty: a Cognito user pool is created',
    allowed: 'empty, or an https URL without query and fragment (http on loopback)',
    accepts: (value) => value === '' || isIssuer(value),
    default: '',
  },
  tokenAudience: {
    description: 'Audience that access tokens carry when issuerUrl is given',
    allowed: 'any text without spaces; with a user pool in the place of issuerUrl, shop alone',
    accepts: (value, { issuerUrl }) => /^\S+$/.test(value) && (value === 'shop' || isGiven(issuerUrl)),
    default: 'shop',
  },
  allowedOrigins: {
    description: 'Web origins that may call the API from a browser; it takes no cookies, so * is harmless',
    allowed: 'origins such as https://shop.example.com, separated by commas; or * alone',
    accepts: (value) => value === '*' || value.split(',').every((origin) => isOrigin(origin.trim())),
    default: 'http://localhost:3000',
  },
  apiRateLimit: {
    description: 'Steady requests per second that the API accepts over all routes; more answer 429',
    allowed: 'an integer from 1 to 10000',
    accepts: isInteger(1, 10_000),
    default: 50,
    prod: 500,
  },
  apiBurstLimit: {
    description: 'Requests that the API accepts at once above apiRateLimit',
    allowed: 'an integer from 1 to 5000',
    accepts: isInteger(1, 5_000),
    default: 500,
    prod: 1000,
  },
  websocketAccessLog: {
    description:
      'Whether the WebSocket API logs who connects; the account must let API Gateway write logs (infra/websocket-logs.yml)',
    allowed: 'true, false',
    accepts: (value) => value === 'true' || value === 'false',
    default: false,
  },
  trafficShift: {
    description:
      'How requests go over to new code of the functions behind the API; all but AllAtOnce go back when an alarm sounds',
    allowed: TRAFFIC_SHIFTS.join(', '),
    accepts: (value) => TRAFFIC_SHIFTS.includes(value),
    default: 'AllAtOnce',
    prod: 'LambdaCanary10Percent5Minutes',
  },
  paymentProvider: {
    description: 'Who charges customers: Stripe, or a sandbox that takes test tokens and moves no money',
    allowed: 'sandbox, stripe',
    accepts: (value) => value === 'sandbox' || value === 'stripe',
    default: 'sandbox',
    prod: 'stripe',
  },
  approvalAmount: {
    description:
      'Total, in minor units of its currency, from which on an order waits for approval; 0: none waits',
    allowed: 'an integer from 0 to 99999999',
    accepts: isInteger(0, 99_999_999),
    default: 0,
  },
  notificationEmail: {
    description:
      'Address that the notifications about orders are sent to, once it has confirmed; empty: none',
    allowed: 'empty, or an e-mail address',
    accepts: isEmailOrEmpty,
    default: '',
  },
  lowStockThreshold: {
    description: 'Stock of an item below which it is low, and staff are told',
    allowed: 'an integer from 1 to 100',
    accepts: isInteger(1, 100),
    default: 5,
  },
  stockAlertEmail: {
    description: 'Address that alerts of low stock are sent to, once it has confirmed; empty: none',
    allowed: 'empty, or an e-mail address',
    accepts: isEmailOrEmpty,
    default: '',
  },
  reportEmail: {
    description: 'Address that links to the daily reports are sent to, once it has confirmed; empty: none',
    allowed: 'empty, or an e-mail address',
    accepts: isEmailOrEmpty,
    default: '',
  },
  invoiceImageUri: {
    description: 'Container image in ECR that renderInvoice runs from; empty: it is packaged as a zip',
    allowed:
      'empty, or <account>.dkr.ecr.<region>.amazonaws.com/<repository> with @sha256:<digest> or :<tag>',
    accepts: isImageOrEmpty,
    default: '',
  },
  reportsImageUri: {
    description: 'Container image in ECR that the reports service runs from; empty: there is no such service',
    allowed:
      'empty, or <account>.dkr.ecr.<region>.amazonaws.com/<repository> with @sha256:<digest> or :<tag>',
    accepts: isImageOrEmpty,
    default: '',
  },
  certificateArn: {
    description:
      'Certificate in ACM with which the reports service is public over HTTPS; empty: HTTP within its network',
    allowed: 'empty, or arn:aws:acm:<region>:<account>:certificate/<id> when reportsImageUri is given',
    accepts: (value, { reportsImageUri }) =>
      isCertificateOrEmpty(value) && (value === '' || isGiven(reportsImageUri)),
    default: '',
  },
  reportsMaximumTasks: {
    description:
      'Tasks of the reports service at most; there are three at least, and twice as many for a deployment',
    allowed: 'an integer from 3 to 30',
    accepts: isInteger(3, 30),
    default: 6,
  },
  reportsEgress: {
    description: 'Way out of the network of the reports service: a NAT gateway, or endpoints of AWS alone',
    // The keys of a user pool that has a domain cannot be asked for over an endpoint.
    // https://docs.aws.amazon.com/cognito/latest/developerguide/vpc-interface-endpoints.html
    allowed: 'nat, or endpoints when issuerUrl is an issuer that its network leads to',
    accepts: (value, { issuerUrl }) => value === 'nat' || (value === 'endpoints' && isGiven(issuerUrl)),
    default: 'nat',
  },
  reportsDatabaseClass: {
    description: 'Class of the database instance of the reports service',
    allowed: 'db.t4g.micro to db.t4g.large, or db.m7g, db.m8g, db.r7g and db.r8g from large on',
    accepts: (value) => /^db\.(t4g\.(micro|small|medium|large)|[mr][78]g\.(\d{0,2}x?large))$/.test(value),
    default: 'db.t4g.micro',
  },
  reportsDatabaseStandby: {
    description: 'A second database instance of the reports service that takes over when a zone fails',
    allowed: 'true, false',
    accepts: (value) => value === 'true' || value === 'false',
    default: false,
    prod: true,
  },
  alarmEmail: {
    description: 'Address that alarms are sent to, once it has confirmed; empty: none',
    allowed: 'empty, or an e-mail address',
    accepts: isEmailOrEmpty,
    default: '',
  },
  runbooks: {
    description: 'Where the runbooks are that alarms name: their folder, or the address of their pages',
    allowed:
      'docs/runbooks, or an https URL such as https://github.com/<owner>/<repository>/blob/main/docs/runbooks',
    accepts: (value) =>
      value === 'docs/runbooks' || (/^https:[^?#\s]{1,500}[^/?#\s]$/.test(value) && URL.canParse(value)),
    default: 'docs/runbooks',
  },
  deploymentRoleArn: {
    description:
      'Role with which CloudFormation makes the resources; empty: it has the rights of who deploys',
    allowed: 'empty, or arn:aws:iam::<account>:role/<name>',
    accepts: isIamArnOrEmpty('role'),
    default: '',
  },
  permissionsBoundaryArn: {
    description: 'Policy beyond which no role of the application may do anything; empty: none',
    allowed: 'empty, or arn:aws:iam::<account>:policy/<name>',
    accepts: isIamArnOrEmpty('policy'),
    default: '',
  },
  logLevel: {
    description: 'Least severe log line that functions write',
    allowed: LOG_LEVELS.join(', '),
    accepts: (value) => LOG_LEVELS.includes(value),
    default: 'INFO',
  },
  logRetentionInDays: {
    description: 'Days that log groups keep their events',
    allowed: RETENTION_IN_DAYS.join(', '),
    accepts: (value) => RETENTION_IN_DAYS.some((days) => String(days) === value),
    default: 7,
    prod: 90,
  },
  protectData: {
    description:
      'Point-in-time recovery, deletion protection of data and stack, and data kept when the stack is removed',
    allowed: 'true, false',
    accepts: (value) => value === 'true' || value === 'false',
    default: false,
    prod: true,
  },
};

/**
 * Stages are part of names that AWS limits: a role may have 64 characters, a user pool's domain only lower case.
 */
const stages = {
  allowed: 'dev, staging, prod, rehearsal, pr-<number>, dev-<name of up to 12 letters and digits>',
  accepts: (/** @type {string} */ stage) =>
    /^(dev|staging|prod|rehearsal|pr-[1-9]\d{0,5}|dev-[a-z][a-z0-9]{0,11})$/.test(stage) &&
    // Cognito refuses domains with these words in them.
    !/aws|amazon|cognito/.test(stage),
};

/** @param {'default' | 'prod'} column */
const valuesOf = (column) =>
  Object.fromEntries(
    Object.entries(parameters).flatMap(([name, parameter]) =>
      column in parameter ? [[name, /** @type {Parameter} */ (parameter)[column]]] : [],
    ),
  );

module.exports = {
  parameters: /** @type {{ [name: string]: Parameter }} */ (parameters),
  stages,
  /** The framework's `params`. */
  params: { default: valuesOf('default'), prod: valuesOf('prod') },
};
