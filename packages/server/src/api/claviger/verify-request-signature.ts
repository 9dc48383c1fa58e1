import { type Operation, ownOperation } from '../../pipeline/operation.ts';
import { guardOf } from '../../replication/replicate.ts';
import { integer, list, oneOf, optional, secret, text } from '../../wire/parameter.ts';
import { accessKeyId } from '../access-key-id.ts';
import { demandOfGuard, guardName } from './guard-name.ts';
import { VERSION } from './version.ts';

/** RPC 1.0 signs all parameters, form included; longer ones are refused here and therefore behind guards. */
const stringToSign = text({ max: 200_000 });

/** Part of the scope of an ACS4 key. */
const scopePart = optional(text({ max: 64, chars: /^[\w.-]+$/ }));

/** Operation that verifies the signatures that a guard cannot verify by itself. */
export const verificationOperations: readonly Operation[] = [
  ownOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'VerifyRequestSignature',
    access: 'read',
    callers: 'guards',
    input: {
      GuardName: guardName,
      SignerAccessKeyId: accessKeyId,
      SignerSecurityToken: optional(secret(text({ max: 32_768 }))),
      Scheme: oneOf(
        'ACS3-HMAC-SHA256',
        'ACS3-HMAC-SM3',
        'ACS3-RSA-SHA256',
        'ACS4-HMAC-SHA256',
        'ACS4-HMAC-SM3',
        'RPC-HMAC-SHA1',
        'ROA-HMAC-SHA1',
      ),
      // Parameters of a request to another service are private to that service.
      StringsToSign: secret(list(stringToSign, 4)),
      RequestSignature: secret(text({ max: 1024 })),
      ScopeDate: scopePart,
      ScopeRegion: scopePart,
      ScopeProduct: scopePart,
      SignedNonce: text({ max: 256 }),
      SignedTime: integer(0, 999_999_999_999_999),
    },
    answer: {
      Verified: 'boolean',
      'StringIndex?': 'number',
      'PrincipalArn?': 'string',
      'Problem?': 'string',
    },
    authorize: (input, call) => demandOfGuard('VerifyRequestSignature', call, input.GuardName),
    /** Whether the signature is valid, and its principal; nothing that could verify another signature. */
    async handle(input, call) {
      const { ScopeDate: date, ScopeRegion: region, ScopeProduct: product } = input;
      const hasScope = date !== undefined && region !== undefined && product !== undefined;
      const answer = await call.services.requestVerification.verify(
        guardOf(call, 'VerifyRequestSignature'),
        {
          accessKeyId: input.SignerAccessKeyId,
          securityToken: input.SignerSecurityToken,
          scheme: input.Scheme,
          stringsToSign: input.StringsToSign,
          signature: input.RequestSignature,
          scope: hasScope ? { date, region, product } : undefined,
          nonce: input.SignedNonce,
          timestamp: input.SignedTime,
        },
        call.now,
      );
      if (!answer.confirmed) {
        const { problem } = answer;
        // Guards learn of the disabled key when they resolve the token; those of earlier releases know no such problem.
        const isEnded = problem === 'InvalidSecurityToken.AccessKeyDisabled';
        return { Verified: false, Problem: isEnded ? 'InvalidAccessKeyId.NotFound' : problem };
      }
      return {
        Verified: true,
        StringIndex: input.StringsToSign.indexOf(answer.stringToSign),
        PrincipalArn: answer.principal?.arn,
      };
    },
  }),
];
