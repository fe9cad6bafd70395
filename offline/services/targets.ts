/** What one part of the cloud sends a message to: a function, a queue, a topic, a bus or a state machine, by ARN. */
export interface Targets {
  /**
   * Hands the message over, which the target then keeps: a function is invoked asynchronously, an execution started.
   *
   * @throws AwsError when the target does not exist or does not take the message
   */
  deliver(arn: string, message: unknown, options?: DeliveryOptions): Promise<void>;
}

export interface DeliveryOptions {
  /** Of a message to a FIFO queue or topic. */
  readonly messageGroupId?: string;
  /** What EventBridge puts on dead letters, for example. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** What the event came from, for the log, for example `rule orders`. */
  readonly trigger?: string;
}
