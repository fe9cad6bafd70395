import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';

/** Structured logs, one JSON line each; level and service name come from POWERTOOLS_* and LOG_LEVEL. */
export const logger = new Logger();

/** Metrics in CloudWatch's embedded format: written as log lines, so that counting costs no call. */
export const metrics = new Metrics();
