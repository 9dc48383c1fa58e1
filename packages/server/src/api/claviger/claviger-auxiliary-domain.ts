import {
  type AuxiliaryDomain,
  proveAuxiliaryDomain,
  readAuxiliaryDomain,
  readDomainRecords,
} from '../../federation/auxiliary-domain.ts';
import { type Operation, ownOperation, ownPreparedOperation } from '../../pipeline/operation.ts';
import { instant } from '../../wire/instant.ts';
import { demandOnAccount } from '../demand-on-account.ts';
import { VERSION } from './version.ts';

/** Permissions on the user SSO settings also cover their auxiliary domain. */
/** The account's auxiliary domain and the DNS record that proves it; `ProvenDate` is empty before the proof. */
const AUXILIARY_DOMAIN = {
  AuxiliaryDomain: 'string',
  Status: 'None|Unproven|Proven|Accepted',
  RecordType: 'string',
  RecordName: 'string',
  RecordValue: 'string',
  ProvenDate: 'string',
} as const;

const wireDomain = ({ domain, status, recordName, recordValue, provenAt }: AuxiliaryDomain) => ({
  AuxiliaryDomain: domain,
  Status: status,
  RecordType: domain === '' ? '' : 'TXT',
  RecordName: recordName,
  RecordValue: recordValue,
  ProvenDate: provenAt === undefined ? '' : instant(provenAt),
});

/** Operations that prove the ownership of an account's auxiliary domain. */
export const auxiliaryDomainOperations: readonly Operation[] = [
  // Returns the auxiliary domain, its status, and the DNS record that proves it.
  ownOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'GetAuxiliaryDomain',
    access: 'read',
    input: {},
    answer: AUXILIARY_DOMAIN,
    authorize: (_, call) => demandOnAccount('ram:GetUserSsoSettings', call),
    async handle(_, call) {
      return wireDomain(await readAuxiliaryDomain(call));
    },
  }),

  // Looks up the DNS record of the auxiliary domain.
  ownPreparedOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'VerifyAuxiliaryDomain',
    access: 'write',
    security: { effect: 'credential' },
    input: {},
    answer: { ...AUXILIARY_DOMAIN, Fault: '|RecordNotFound|RecordDiffers|DnsUnavailable|NotProvable' },
    authorize: (_, call) => demandOnAccount('ram:SetUserSsoSettings', call),
    prepare: (_, call) => readDomainRecords(call),
    async handle(_, call, records) {
      const proof = await proveAuxiliaryDomain(call, records);
      return { ...wireDomain(proof), Fault: proof.fault ?? '' };
    },
  }),
];
