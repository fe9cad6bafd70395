// What the modules read from the environment when a test loads them; no test reaches anything by these names.
Object.assign(process.env, {
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  ALLOWED_ORIGINS: 'https://shop.example',
  ITEMS_TABLE: 'items',
  IDEMPOTENCY_TABLE: 'idempotency',
  SIGNING_KEYS_TABLE: 'signing-keys',
  ORDERS_TABLE: 'orders',
  STATE_MACHINE_ARN: 'order-processing',
  NOTIFICATIONS_TOPIC: 'order-notifications',
  APPROVAL_AMOUNT: '0',
  PAYMENT_PROVIDER: 'sandbox',
  STRIPE_SECRET_ARN: 'stripe-key',
  // Logs go to Jest's console, and only when a test asks for them.
  POWERTOOLS_DEV: 'true',
  POWERTOOLS_LOG_LEVEL: 'SILENT',
  POWERTOOLS_METRICS_DISABLED: 'false',
  POWERTOOLS_SERVICE_NAME: 'shop',
  POWERTOOLS_METRICS_NAMESPACE: 'shop',
});
