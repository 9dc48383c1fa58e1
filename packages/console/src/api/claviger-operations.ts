import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/browser';
import type { ClavigerOperations as Described } from './__generated__/claviger.ts';

/** Type of an operation, with other types for some of its parameters. */
type WithParameters<O extends keyof Described, P> = {
  parameters: Omit<Described[O]['parameters'], keyof P> & P;
  response: Described[O]['response'];
};

/** Operations with parameters and fields that the description declares only as JSON objects. */
interface DetailedOperations {
  BeginPasskeyVerification: WithOptions<PublicKeyCredentialRequestOptionsJSON>;
  BeginStepUpPasskey: WithOptions<PublicKeyCredentialRequestOptionsJSON>;
  BeginPasskeyRegistration: WithOptions<PublicKeyCredentialCreationOptionsJSON>;
  VerifySignInPasskey: WithParameters<'VerifySignInPasskey', { Response: AuthenticationResponseJSON }>;
  StepUp: WithParameters<'StepUp', { Response?: AuthenticationResponseJSON | undefined }>;
  RegisterPasskey: WithParameters<'RegisterPasskey', { Response: RegistrationResponseJSON }>;
  Simulate: WithParameters<
    'Simulate',
    { Conditions?: Readonly<Record<string, string | readonly string[]>> | undefined }
  >;
}

interface WithOptions<T> {
  parameters: Record<never, never>;
  response: { Options: T };
}

/** Claviger's own operations: sign-in, step-up, passkeys, guards, the simulator, keys that expire. */
export type ClavigerOperations = Omit<Described, keyof DetailedOperations> & DetailedOperations;

/** Answer of one of Claviger's own operations. */
type AnswerOf<O extends keyof Described> = Described[O]['response'];

/** Method of a step-up. */
export type StepUpMethod = AnswerOf<'GetSession'>['StepUpMethods'][number];

/** Rules for a new password, from the answer of a sign-in or from the account's password policy. */
export type PasswordRules = Partial<NonNullable<AnswerOf<'SignIn'>['PasswordRules']>>;

/** Error, warning or note on a policy document, with its position; lines and columns count from 1. */
export type PolicyFault = AnswerOf<'ValidatePolicyDocument'>['Faults'][number];

/** Part of one statement in a simulated decision. */
export type SimulatedStatement = AnswerOf<'Simulate'>['Statements'][number];
