import { Refusal } from '../../errors/refusal.ts';
import { openDiagnostic } from '../../pipeline/denial.ts';
import { type Operation, operation } from '../../pipeline/operation.ts';
import { SecretUnreadable } from '../../secrets/sealed-text.ts';
import { text } from '../../wire/parameter.ts';
import { demandOnAccount } from '../demand-on-account.ts';

/** RAM operation that explains why a call was denied. */
export const diagnosticMessageOperations: readonly Operation[] = [
  operation({
    product: 'Ram',
    version: '2015-05-01',
    name: 'DecodeDiagnosticMessage',
    access: 'read',
    input: { EncodedDiagnosticMessage: text({ max: 16_384 }) },
    authorize: (_, call) => demandOnAccount('ram:DecodeDiagnosticMessage', call),
    async handle(input, call) {
      try {
        return { DecodedDiagnosticMessage: await openDiagnostic(call, input.EncodedDiagnosticMessage) };
      } catch (error) {
        if (!(error instanceof SecretUnreadable)) throw error;
        throw new Refusal('Invalid', { name: 'EncodedDiagnosticMessage' });
      }
    },
  }),
];
