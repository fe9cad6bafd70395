import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import styles from 'swagger-ui-dist/swagger-ui.css' with { type: 'gzip' };
import script from 'swagger-ui-dist/swagger-ui-bundle.js' with { type: 'gzip' };

/** One file of the docs page. What it says of itself is worked out at its first use: a request asks for one file. */
export interface DocsAsset {
  readonly contentType: string;
  etag(): string;
  text(): string;
  /** Base64. */
  gzipped(): string;
}

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Shop API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;

const start = `SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  validatorUrl: null,
});
`;

/** The docs page, `index.html`, and all that it loads; nothing comes from another host. */
export const docsAssets: ReadonlyMap<string, DocsAsset> = new Map([
  ['index.html', written('text/html; charset=utf-8', page)],
  ['start.js', written('text/javascript; charset=utf-8', start)],
  ['swagger-ui.js', embedded('text/javascript; charset=utf-8', script)],
  ['swagger-ui.css', embedded('text/css; charset=utf-8', styles)],
]);

function written(contentType: string, text: string): DocsAsset {
  return {
    contentType,
    etag: tagOf(text),
    text: () => text,
    gzipped: () => gzipSync(text).toString('base64'),
  };
}

function embedded(contentType: string, gzipped: string): DocsAsset {
  return {
    contentType,
    etag: tagOf(gzipped),
    text: () => gunzipSync(Buffer.from(gzipped, 'base64')).toString(),
    gzipped: () => gzipped,
  };
}

function tagOf(content: string): () => string {
  let tag: string | undefined;
  return () => {
    tag ??= `"${createHash('sha256').update(content).digest('base64url').slice(0, 16)}"`;
    return tag;
  };
}
