/** What the modules of handlers read when they are loaded; the simulation reaches nothing by these names. */
Object.assign(process.env, {
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'simulated',
  AWS_SECRET_ACCESS_KEY: 'simulated',
  ALLOWED_ORIGINS: 'https://shop.example',
  APPROVAL_AMOUNT: '0',
  ITEMS_TABLE: 'items',
  NOTIFICATIONS_TOPIC: 'topic',
  ORDERS_TABLE: 'orders',
  PAYMENT_PROVIDER: 'sandbox',
  SIGNING_KEYS_TABLE: 'signing-keys',
  STATE_MACHINE_ARN: 'state-machine',
  STRIPE_SECRET_ARN: 'none',
  POWERTOOLS_DEV: 'true',
  POWERTOOLS_LOG_LEVEL: 'SILENT',
  POWERTOOLS_SERVICE_NAME: 'shop',
  POWERTOOLS_METRICS_NAMESPACE: 'shop',
});
