import { isRecord } from '../cloudformation/template.ts';
import { attributeOf, bodyOf, type DeadLetter, originOf } from './dead-letter.ts';
import { nameIn } from './way-back.ts';

/** Why the message is here, in words: code, message and attempts as far as its sender tells. */
export function reasonOf(letter: DeadLetter): string {
  const origin = originOf(letter);
  switch (origin.kind) {
    case 'queue':
      return `nobody deleted it, as often as ${nameIn(origin.queueArn)} gave it out`;
    case 'rule': {
      const [condition, retries, code, message] = [
        ...['EXHAUSTED_RETRY_CONDITION', 'RETRY_ATTEMPTS', 'ERROR_CODE', 'ERROR_MESSAGE'],
      ].map((name) => attributeOf(letter, name));
      return sentence([code, message], [condition, retries && `after ${retries} of its retries`]);
    }
    case 'stream':
    case 'invocation':
      return reasonOfRun(bodyOf(letter));
    case 'unknown':
      return sentence([attributeOf(letter, 'ErrorCode'), attributeOf(letter, 'ErrorMessage')], []);
  }
}

/** A record of a stream does not tell what the function threw: only its log does. */
function reasonOfRun({ requestContext, responseContext, responsePayload }: ReturnType<typeof bodyOf>) {
  const { condition, approximateInvokeCount: runs } = isRecord(requestContext) ? requestContext : {};
  const { functionError } = isRecord(responseContext) ? responseContext : {};
  const { errorType = functionError, errorMessage } = isRecord(responsePayload) ? responsePayload : {};
  return sentence([errorType, errorMessage], [condition, runs !== undefined && `when it had run ${runs}×`]);
}

function sentence(error: readonly unknown[], circumstances: readonly unknown[]): string {
  const what = error.filter(Boolean).join(': ');
  const how = circumstances.filter(Boolean).join(' ');
  if (what && how) return `${what} (${how})`;
  return what || how || 'it does not say';
}
