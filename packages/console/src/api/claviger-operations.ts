import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/browser';
import type { ClavigerOperations as Described } from './__generated__/claviger.ts';

/** What has to be done next to be signed in. */
export type SignInStep = 'Done' | 'Code' | 'Passkey' | 'CodeOrPasskey' | 'NewPassword' | 'BindDevice';

/** What a person can prove again that it is they. */
export type StepUpMethod = 'Password' | 'Code' | 'Passkey';

/** The rules that a new password has to follow. */
export interface PasswordRules {
  MinimumPasswordLength?: number;
  RequireLowercaseCharacters?: boolean;
  RequireUppercaseCharacters?: boolean;
  RequireNumbers?: boolean;
  RequireSymbols?: boolean;
  MinimumPasswordDifferentCharacter?: number;
  PasswordNotContainUserName?: boolean;
  PasswordReusePrevention?: number;
  /** Whether well-known passwords are refused. */
  InterceptRiskPasswordOnApi?: boolean;
  /** Of lowercase and uppercase letters, digits and symbols; whatever the policy says. */
  KindsOfCharacters?: number;
}

interface SignInAnswer {
  Step: SignInStep;
  CsrfToken: string;
  PasswordRules?: PasswordRules;
  /** Whether this browser may be spared the second factor for some days. */
  RememberAllowed?: boolean;
  RequestId?: string;
}

/** Who is signed in. */
export interface SessionPrincipal {
  Type: 'root' | 'ram-user';
  AccountId: string;
  UserId?: string;
  UserName?: string;
  DisplayName?: string;
  LoginName: string;
}

/** A fault in a policy document, a warning or a note, at its place; lines and columns count from 1. */
export interface PolicyFault {
  Message: string;
  Line: number;
  Column: number;
  EndLine?: number;
  EndColumn?: number;
  Severity: 'error' | 'warning' | 'info';
  /** Of a warning: what it is about, and the key, network or action that it names. */
  Code?: string;
  Subject?: string;
}

/** What one statement had to do with a simulated decision. */
export interface SimulatedStatement {
  PolicyName: string;
  PolicyType: string;
  VersionId?: string;
  Index: number;
  Effect: 'Allow' | 'Deny';
  Matched: boolean;
  Decisive: boolean;
  Reasons: string[];
  Line: number;
  EndLine: number;
}

/** The auxiliary domain of an account, and the DNS record that proves it. */
export interface AuxiliaryDomain {
  AuxiliaryDomain: string;
  Status: 'None' | 'Unproven' | 'Proven' | 'Accepted';
  RecordType: string;
  RecordName: string;
  RecordValue: string;
  /** Empty while it is not proven. */
  ProvenDate: string;
}

/** A registered guard, and where its credential is connected from. */
interface RegisteredGuard {
  GuardId: string;
  GuardName: string;
  Services: string[];
  Status: 'Active' | 'Disabled';
  AccessKeyId: string;
  Connections: {
    ConnectionId: string;
    SourceIp: string;
    Version: string;
    ConnectDate: string;
    /** How old the copy of the credentials is that the guard goes by. */
    AgeSeconds: number;
  }[];
}

type None = Record<never, never>;

/** The operations that Claviger adds: sign-in, step-up, passkeys, the simulator, and keys that expire. */
export interface ClavigerOperations {
  SignIn: { parameters: { LoginName: string; Password: string }; response: SignInAnswer };
  VerifySignInCode: { parameters: { Code: string; Remember?: boolean }; response: SignInAnswer };
  BeginPasskeyVerification: {
    parameters: None;
    response: { Options: PublicKeyCredentialRequestOptionsJSON };
  };
  VerifySignInPasskey: {
    parameters: { Response: AuthenticationResponseJSON; Remember?: boolean };
    response: SignInAnswer;
  };
  ChooseSignInPassword: { parameters: { NewPassword: string }; response: SignInAnswer };
  BeginSignInDevice: { parameters: None; response: { Seed: string; QRCodePNG: string } };
  BindSignInDevice: { parameters: { Code1: string; Code2: string }; response: SignInAnswer };
  GetAuxiliaryDomain: { parameters: None; response: AuxiliaryDomain };
  VerifyAuxiliaryDomain: {
    parameters: None;
    response: AuxiliaryDomain & {
      Fault: '' | 'RecordNotFound' | 'RecordDiffers' | 'DnsUnavailable' | 'NotProvable';
    };
  };
  GetUserSsoResponsePolicy: { parameters: None; response: { AcceptUnsolicited: boolean } };
  SetUserSsoResponsePolicy: {
    parameters: { AcceptUnsolicited: boolean };
    response: { AcceptUnsolicited: boolean };
  };
  BeginSamlSignIn: { parameters: { LoginName: string }; response: { Location: string } };
  SignOut: { parameters: None; response: { RequestId?: string } };
  GetSession: {
    parameters: None;
    response: {
      Principal: SessionPrincipal;
      DefaultDomain: string;
      SignedInAt: string;
      ExpiresAt: string;
      CsrfToken: string;
      StepUpUntil?: string;
      StepUpMethods: StepUpMethod[];
      MFAPresent?: boolean;
    };
  };
  ListSessions: {
    parameters: None;
    response: {
      Sessions?: {
        SessionId: string;
        SignedInAt: string;
        LastSeenAt: string;
        SourceIp: string;
        UserAgent: string;
        MFAPresent: boolean;
        Current: boolean;
      }[];
    };
  };
  EndSession: { parameters: { SessionId?: string }; response: { RequestId?: string } };
  BeginStepUpPasskey: { parameters: None; response: { Options: PublicKeyCredentialRequestOptionsJSON } };
  StepUp: {
    parameters: {
      Method: StepUpMethod;
      Password?: string;
      Code?: string;
      Response?: AuthenticationResponseJSON;
    };
    response: { StepUpUntil: string };
  };
  BeginPasskeyRegistration: {
    parameters: None;
    response: { Options: PublicKeyCredentialCreationOptionsJSON };
  };
  RegisterPasskey: {
    parameters: { Name: string; Response: RegistrationResponseJSON };
    response: { PasskeyId?: string; PasskeyName?: string };
  };
  ChangeRootPassword: {
    parameters: { NewPassword: string };
    response: { RequestId?: string };
  };
  BeginRootDevice: { parameters: None; response: { Seed: string; QRCodePNG: string } };
  BindRootDevice: { parameters: { Code1: string; Code2: string }; response: { RequestId?: string } };
  UnbindRootDevice: { parameters: None; response: { RequestId?: string } };
  Simulate: {
    parameters: {
      PrincipalType?: 'ram-user' | 'role' | 'root' | undefined;
      PrincipalName?: string | undefined;
      SimulatedAction: string;
      SimulatedResource: string;
      Conditions?: Readonly<Record<string, string | readonly string[]>> | undefined;
      PolicyDocument?: string | undefined;
    };
    response: {
      Effect: 'Allow' | 'ExplicitDeny' | 'ImplicitDeny';
      Statements?: SimulatedStatement[];
      /** How many statements that had nothing to do with it are not told of. */
      StatementsLeftOut?: number;
      Documents?: { PolicyName: string; PolicyType: string; VersionId?: string; PolicyDocument: string }[];
    };
  };
  ValidatePolicyDocument: {
    parameters: { PolicyDocument: string; Kind: 'identity' | 'trust' | 'network' };
    response: { Valid: boolean; Faults: PolicyFault[] };
  };
  SetAccessKeyExpiry: {
    parameters: { UserAccessKeyId: string; UserPrincipalName?: string | undefined; ExpireDate: string };
    response: { RequestId?: string };
  };
  ListAccessKeyExpiries: {
    parameters: { UserPrincipalName?: string | undefined };
    response: {
      AccessKeys?: {
        AccessKeyId: string;
        CreateDate: string;
        /** Empty for a key that does not expire. */
        ExpireDate: string;
        Expired: boolean;
        BeyondCeiling: boolean;
      }[];
    };
  };
  ListAccessKeyUses: {
    parameters: { UserPrincipalName?: string | undefined };
    response: {
      AccessKeys?: {
        AccessKeyId: string;
        LastUsedDate: string;
        ServiceName: string;
        RegionId: string;
        SourceAddress: string;
      }[];
    };
  };
  GetAccessKeyExpiryCeiling: { parameters: None; response: { Days?: number } };
  GetAccountProtection: { parameters: None; response: { CredentialChangesNeedMFA?: boolean } };
  SetAccountProtection: {
    parameters: { CredentialChangesNeedMFA: boolean };
    response: { CredentialChangesNeedMFA?: boolean };
  };
  RevokeSessions: {
    parameters: {
      Target: 'Role' | 'User' | 'AccessKey' | 'Account';
      RoleName?: string | undefined;
      UserPrincipalName?: string | undefined;
      UserAccessKeyId?: string | undefined;
    };
    response: { RequestId?: string };
  };
  CreateGuard: {
    parameters: { GuardName: string; Services: string[] };
    response: { Guard: RegisteredGuard; AccessKey: { AccessKeyId: string; AccessKeySecret: string } };
  };
  ListGuards: {
    parameters: { Marker?: string | undefined; MaxItems?: number | undefined };
    response: { Guards: RegisteredGuard[]; IsTruncated: boolean; Marker?: string };
  };
  SetGuardStatus: {
    parameters: { GuardName: string; Status: 'Active' | 'Disabled' };
    response: { Guard: RegisteredGuard };
  };
  DeleteGuard: { parameters: { GuardName: string }; response: { RequestId?: string } };
  ListGuardAccessKeys: {
    parameters: { GuardName: string; Marker?: string | undefined; MaxItems?: number | undefined };
    response: {
      AccessKeys: { AccessKeyId: string; UserName: string; VerifiedBy: string; Reason: string }[];
      IsTruncated: boolean;
      Marker?: string;
    };
  };
  SetAccessKeyExpiryCeiling: { parameters: { Days: number }; response: { RequestId?: string } };
}

/** Of each operation: nothing, or what it takes or answers here and not by the server's description. */
type Differences = {
  [O in keyof ClavigerOperations]: O extends keyof Described
    ?
        | Exclude<keyof ClavigerOperations[O]['parameters'], keyof Described[O]['parameters']>
        | (ClavigerOperations[O]['response'] extends Described[O]['response'] ? never : 'response')
    : 'operation';
}[keyof ClavigerOperations];

/** Does not compile when this file says something else than the server's own description. */
export const differences: [Differences] extends [never] ? 'none' : Differences = 'none';
