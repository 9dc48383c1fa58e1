import { Refusal } from '../../errors/refusal.ts';
import { targetUser, targetUserArn } from '../../mfa/target-user.ts';
import {
  listVerificationContacts,
  setVerificationContact,
  unbindVerificationContact,
  type VerifyType,
} from '../../mfa/verification-contact.ts';
import { type Call, type Operation, operation } from '../../pipeline/operation.ts';
import { demandOnResource } from '../../settings/own-resource.ts';
import { oneOf, optional } from '../../wire/parameter.ts';
import { email, mobilePhone } from '../user-fields.ts';
import { userNameOf, userPrincipalName, userReference } from './user-reference.ts';

const VERSION = '2019-08-15';

const USER_PARAMETER = 'UserPrincipalName';

const owner = { UserPrincipalName: optional(userPrincipalName) };

const contactFields = {
  ...owner,
  VerifyType: oneOf('sms', 'email'),
  MobilePhone: optional(mobilePhone),
  Email: optional(email),
};

type Named = { readonly UserPrincipalName: string | undefined };

type ContactInput = {
  readonly VerifyType: VerifyType;
  readonly MobilePhone: string | undefined;
  readonly Email: string | undefined;
};

const demand = (action: string, input: Named, call: Call) => {
  const { UserPrincipalName: principal } = input;
  const userName = principal === undefined ? undefined : userNameOf(principal, call);
  return [demandOnResource(call, action, targetUserArn(call, userName, USER_PARAMETER))];
};

const ownerOf = (input: Named, call: Call) => targetUser(call, userReference(input, call), USER_PARAMETER);

/** Returns the contact of the requested type. @throws Refusal if absent */
function contactOf({ VerifyType: type, MobilePhone, Email }: ContactInput): string {
  const contact = type === 'sms' ? MobilePhone : Email;
  if (contact === undefined) throw new Refusal('Missing', { name: type === 'sms' ? 'MobilePhone' : 'Email' });
  return contact;
}

/** IMS operations on verification contacts. */
export const verificationOperations: readonly Operation[] = [
  // Stores a mobile phone or an email address; pending until its owner confirms it from there.
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'SetVerificationInfo',
    access: 'write',
    security: { effect: 'credential' },
    input: contactFields,
    authorize: (input, call) => demand('ram:SetVerificationInfo', input, call),
    async handle(input, call) {
      const contact = contactOf(input);
      await setVerificationContact(call, await ownerOf(input, call), input.VerifyType, contact);
      return {};
    },
  }),

  // Returns the verification contacts of a user, by default the caller.
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'GetVerificationInfo',
    access: 'read',
    input: owner,
    authorize: (input, call) => demand('ram:GetVerificationInfo', input, call),
    async handle(input, call) {
      const contacts = await listVerificationContacts(call, (await ownerOf(input, call)).user_id);
      const phone = contacts.find(({ verify_type }) => verify_type === 'sms');
      const mailbox = contacts.find(({ verify_type }) => verify_type === 'email');
      const [AreaCode = '', PhoneNumber = ''] = phone?.contact.split('-') ?? [];
      return {
        SecurityPhoneDevice: phone && { AreaCode, PhoneNumber, Status: phone.status },
        SecurityEmailDevice: mailbox && { Email: mailbox.contact, Status: mailbox.status },
      };
    },
  }),

  // Deletes a mobile phone or an email address.
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'UnbindVerification',
    access: 'write',
    security: { effect: 'credential' },
    input: contactFields,
    authorize: (input, call) => demand('ram:UnbindVerification', input, call),
    async handle(input, call) {
      const contact = contactOf(input);
      await unbindVerificationContact(call, await ownerOf(input, call), input.VerifyType, contact);
      return {};
    },
  }),
];
