# renderInvoice as a container image, for the parameter invoiceImageUri. Built from the root of the repository, and pushed,
# by `npm run images -- --only invoice --stage <stage>`.
# https://docs.aws.amazon.com/lambda/latest/dg/nodejs-image.html

# The bundle is the same on every machine: it is made on the one that builds.
FROM --platform=$BUILDPLATFORM public.ecr.aws/docker/library/node:24-slim AS build
WORKDIR /repository
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tools/bundle-function.ts tools/
COPY offline offline
COPY shared shared
COPY services/events services/events
RUN node tools/bundle-function.ts services/events/src/handlers/render-invoice.ts /image/render-invoice.mjs

FROM --platform=linux/arm64 public.ecr.aws/lambda/nodejs:24
COPY --from=build --chmod=444 /image/render-invoice.mjs ${LAMBDA_TASK_ROOT}/
# Nobody: Lambda runs it as a user of its own anyway.
USER 65534:65534
CMD ["render-invoice.handler"]
