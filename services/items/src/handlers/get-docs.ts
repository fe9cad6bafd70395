import { NotFound } from '../../../../shared/errors.ts';
import { type HttpRequest, type HttpResponse, httpHandler } from '../../../../shared/middleware/http.ts';
import { type DocsAsset, docsAssets } from '../adapters/docs-assets.ts';
import { docsContract } from './contracts.ts';
import { isCurrent } from './entity-tag.ts';

interface Dependencies {
  readonly assets: ReadonlyMap<string, DocsAsset>;
}

export const respondWith =
  ({ assets }: Dependencies) =>
  async ({ path, headers }: HttpRequest<{ asset?: string | undefined }>): Promise<HttpResponse> => {
    const asset = assets.get(path.asset ?? 'index.html');
    if (!asset) throw new NotFound(`There is no docs asset ${path.asset}.`);
    const etag = asset.etag();
    const caching = { etag, 'cache-control': 'public, max-age=300', vary: 'accept-encoding' };
    if (isCurrent(etag, headers['if-none-match'])) return { status: 304, headers: caching };

    const compress = /\bgzip\b/.test(headers['accept-encoding'] ?? '');
    return {
      status: 200,
      headers: {
        'content-type': asset.contentType,
        ...caching,
        ...(compress && { 'content-encoding': 'gzip' }),
      },
      asset: compress
        ? { content: asset.gzipped(), encoding: 'base64' }
        : { content: asset.text(), encoding: 'utf8' },
    };
  };

export const handler = httpHandler(docsContract, respondWith({ assets: docsAssets }));
