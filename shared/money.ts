import * as z from 'zod/mini';
import { CURRENCIES } from './currency.ts';

/**
 * An amount in the currency's minor unit (cents for EUR). Apart from the other shapes: the list of currencies takes
 * time to build, and most functions do not need it.
 */

export const amount = z.int().check(z.gte(0), z.lte(999_999_999_999));
export const currency = z.enum(CURRENCIES, 'must be an ISO 4217 currency code');
export const money = z.strictObject({ amount, currency });
