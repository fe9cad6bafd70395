/** An amount in the minor unit of its currency (ISO 4217). */
export interface Money {
  readonly amount: number;
  readonly currency: string;
}

/**
 * How many digits ISO 4217 gives the minor unit, where it is not two. Intl counts those that are in daily use
 * instead: none for HUF or COP, whose amounts are in hundredths all the same.
 */
const MINOR_DIGITS = new Map([
  ...['BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW'].map((code) => [code, 0] as const),
  ...['PYG', 'RWF', 'UGX', 'VND', 'VUV', 'XAF', 'XOF', 'XPF'].map((code) => [code, 0] as const),
  ...['BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND'].map((code) => [code, 3] as const),
]);

const wholeUnits = new Intl.NumberFormat('en');

/** The amount of minor units as it is printed, such as `EUR 1,234.50`, on one line. */
export function moneyText(amount: bigint, currency: string): string {
  const digits = MINOR_DIGITS.get(currency) ?? 2;
  const unit = 10n ** BigInt(digits);
  const fraction = digits > 0 ? `.${String(amount % unit).padStart(digits, '0')}` : '';
  return `${currency}\u00a0${wholeUnits.format(amount / unit)}${fraction}`;
}
