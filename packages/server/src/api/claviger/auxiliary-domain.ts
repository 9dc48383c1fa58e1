import { arn } from '../../context/arn.ts';
import {
  type AuxiliaryDomain,
  proveAuxiliaryDomain,
  readAuxiliaryDomain,
  readDomainRecords,
} from '../../federation/auxiliary-domain.ts';
import { type Call, type Operation, ownOperation, ownPreparedOperation } from '../../pipeline/operation.ts';
import { instant } from '../../wire/instant.ts';
import { version } from './version.ts';

/** Who may read or change the settings of sign-in through an identity provider may see or prove their domain. */
const demand = (action: string, call: Call) => [{ action, resource: arn.account(call.account.accountId) }];

/** The auxiliary domain of an account, and the DNS record that proves it; `ProvenDate` is empty until then. */
const AUXILIARY_DOMAIN = {
  AuxiliaryDomain: 'string',
  Status: 'None|Unproven|Proven|Accepted',
  RecordType: 'string',
  RecordName: 'string',
  RecordValue: 'string',
  ProvenDate: 'string',
} as const;

const shown = ({ domain, status, recordName, recordValue, provenAt }: AuxiliaryDomain) => ({
  AuxiliaryDomain: domain,
  Status: status,
  RecordType: domain === '' ? '' : 'TXT',
  RecordName: recordName,
  RecordValue: recordValue,
  ProvenDate: provenAt === undefined ? '' : instant(provenAt),
});

/** The operations by which an account proves that its auxiliary domain is its own. */
export const auxiliaryDomainOperations: readonly Operation[] = [
  // The auxiliary domain, whether it counts, and the DNS record that proves it.
  ownOperation({
    product: 'Claviger',
    version,
    name: 'GetAuxiliaryDomain',
    access: 'read',
    input: {},
    answer: AUXILIARY_DOMAIN,
    authorize: (_, call) => demand('ram:GetUserSsoSettings', call),
    async handle(_, call) {
      return shown(await readAuxiliaryDomain(call));
    },
  }),

  // Looks for that record.
  ownPreparedOperation({
    product: 'Claviger',
    version,
    name: 'VerifyAuxiliaryDomain',
    access: 'write',
    security: { effect: 'credential' },
    input: {},
    answer: { ...AUXILIARY_DOMAIN, Fault: '|RecordNotFound|RecordDiffers|DnsUnavailable|NotProvable' },
    authorize: (_, call) => demand('ram:SetUserSsoSettings', call),
    prepare: (_, call) => readDomainRecords(call),
    async handle(_, call, records) {
      const proof = await proveAuxiliaryDomain(call, records);
      return { ...shown(proof), Fault: proof.fault ?? '' };
    },
  }),
];
