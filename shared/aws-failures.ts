/**
 * Whether a failed call of an AWS client had no answer, or a fault of the service as its answer: whether it was done is
 * not known, and it may succeed later.
 */
export function isUnanswered(error: Error): boolean {
  // The client notes its attempts on what goes wrong behind it, and on nothing that went wrong before a request.
  const { $fault, $metadata } = error as { $fault?: string; $metadata?: object };
  return $fault === 'server' || ($fault === undefined && $metadata !== undefined);
}
