/**
 * The changes of items that Lambda invokes notifyLowStock for: those whose stock falls from the threshold or above to
 * below it. A stream writes numbers as text, which a filter does not compare: it lists what is low.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-ddb-filtering.html
 *
 * @param {import('../../shared/serverless/provider.cjs').VariableContext} context
 */
module.exports = async ({ resolveVariable }) => {
  const threshold = Number(await resolveVariable('param:lowStockThreshold'));
  const low = Array.from({ length: threshold }, (_, stock) => String(stock));
  return [
    {
      dynamodb: {
        OldImage: { stock: { N: [{ 'anything-but': low }] } },
        NewImage: { stock: { N: low } },
      },
    },
  ];
};
