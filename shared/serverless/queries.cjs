/**
 * Queries of CloudWatch Logs Insights that are saved with each stage, by the logical ids that they get.
 *
 * `@type` and what else begins with `@` is Lambda's own; the other fields are those of the log lines and metrics of
 * functions and of the container.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
 *
 * @type {{ [id: string]: { name: string, query: string } }}
 */
const queries = {
  QueryOneRequest: {
    name: 'one request, wherever it went',
    query: `fields @timestamp, function_name, level, message, orderId, type, status, error.name, error.message
| filter correlationId = "PUT THE ID HERE"
| sort @timestamp asc
| limit 1000`,
  },
  QueryErrors: {
    name: 'errors by function',
    query: `filter level = "ERROR"
| stats count(*) as times, latest(@timestamp) as last by function_name, message, error.name, error.message
| sort times desc`,
  },
  QuerySlowRequests: {
    name: 'slowest routes',
    query: `filter message = "Request answered."
| stats count(*) as requests, pct(durationMs, 50) as p50, pct(durationMs, 99) as p99, max(durationMs) as slowest by route
| sort p99 desc`,
  },
  QueryColdStarts: {
    name: 'cold starts by function',
    query: `filter @type = "REPORT"
| stats count(*) as runs, count(@initDuration) as coldStarts, avg(@initDuration) as average, max(@initDuration) as longest by @log
| sort coldStarts desc`,
  },
  QueryFailedOrders: {
    name: 'failed orders by reason',
    query: `filter ispresent(OrdersFailed)
| stats sum(OrdersFailed) as orders by reason, bin(1h) as hour
| sort hour desc`,
  },
};

module.exports = { queries };
