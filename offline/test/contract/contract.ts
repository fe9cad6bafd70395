import { it } from '@jest/globals';

const DOCUMENTATION = 'https://docs.aws.amazon.com/';

/**
 * A case of the contract with AWS: what its documentation says on the given page, which the title of the test cites.
 * `page` is the path below docs.aws.amazon.com.
 */
export function contract(page: string, title: string, test: () => Promise<void>): void {
  it(`${title} [${new URL(page, DOCUMENTATION).pathname.slice(1)}]`, test);
}
