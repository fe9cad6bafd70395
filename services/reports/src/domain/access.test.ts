import { describe, expect, it } from '@jest/globals';
import { TokenRefused } from '../../../../shared/errors.ts';
import { authorize, ScopeMissing } from './access.ts';

describe('a route with a scope', () => {
  const verify = async () => ({ scopes: ['shop/orders'] });

  it('lets a bearer of the scope through', async () => {
    await expect(authorize(verify, 'bearer token', 'shop/orders')).resolves.toBeUndefined();
  });

  it('asks for a token', async () => {
    await expect(authorize(verify, undefined, 'shop/orders')).rejects.toBeInstanceOf(TokenRefused);
  });

  it('is forbidden to others', async () => {
    await expect(authorize(verify, 'Bearer token', 'shop/reports')).rejects.toBeInstanceOf(ScopeMissing);
  });
});
