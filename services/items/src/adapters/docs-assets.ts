import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import styles from 'swagger-ui-dist/swagger-ui.css' with { type: 'text' };
import script from 'swagger-ui-dist/swagger-ui-bundle.js' with { type: 'text' };

/** One file of the docs page, as text and, made at its first use, compressed. */
export interface DocsAsset {
  readonly contentType: string;
  readonly text: string;
  readonly etag: string;
  readonly gzipped: () => Buffer;
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
  ['index.html', asset('text/html; charset=utf-8', page)],
  ['start.js', asset('text/javascript; charset=utf-8', start)],
  ['swagger-ui.js', asset('text/javascript; charset=utf-8', script)],
  ['swagger-ui.css', asset('text/css; charset=utf-8', styles)],
]);

function asset(contentType: string, text: string): DocsAsset {
  let compressed: Buffer | undefined;
  return {
    contentType,
    text,
    etag: `"${createHash('sha256').update(text).digest('base64url').slice(0, 16)}"`,
    gzipped: () => {
      compressed ??= gzipSync(text);
      return compressed;
    },
  };
}
