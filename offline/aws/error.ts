/** An error as an AWS service answers it: its code is what an SDK throws by name. */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  /** For example `ResourceNotFoundException`. */
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}
