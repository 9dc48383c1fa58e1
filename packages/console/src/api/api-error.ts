/** Why a call was denied, in RAM's words. */
export interface AccessDenied {
  /** Such as `ram:CreateUser`. */
  readonly action: string;
  /** The resource that the permission has to cover, as an ARN; empty when the server did not name one. */
  readonly resource: string;
  /** `ExplicitDeny`: some policy denies it; `ImplicitDeny`: none allows it. */
  readonly kind: 'ExplicitDeny' | 'ImplicitDeny';
  /** For `DecodeDiagnosticMessage`. */
  readonly diagnostic: string;
}

/** A call that the server refused, or that never got an answer. */
export class ApiError extends Error {
  /** RAM's code; `Network` when no answer came. */
  readonly code: string;
  /** HTTP's; 0 when no answer came. */
  readonly status: number;
  readonly requestId: string;
  readonly denied: AccessDenied | undefined;

  constructor(fields: {
    readonly code: string;
    readonly status: number;
    readonly message: string;
    readonly requestId?: string;
    readonly denied?: AccessDenied | undefined;
    readonly cause?: unknown;
  }) {
    super(fields.message, { cause: fields.cause });
    this.name = 'ApiError';
    this.code = fields.code;
    this.status = fields.status;
    this.requestId = fields.requestId ?? '';
    this.denied = fields.denied;
  }
}

interface ErrorBody {
  readonly Code?: string;
  readonly Message?: string;
  readonly RequestId?: string;
  readonly AccessDeniedDetail?: {
    readonly AuthAction?: string;
    readonly NoPermissionType?: string;
    readonly EncodedDiagnosticMessage?: string;
  };
}

/**
 * The error that an answer tells of.
 * @param body parsed, if it could be
 */
export function apiErrorOf(status: number, body: unknown): ApiError {
  const { Code, Message, RequestId, AccessDeniedDetail: detail } = (body ?? {}) as ErrorBody;
  const message = Message ?? `HTTP ${status}`;
  return new ApiError({
    code: Code ?? `Http${status}`,
    status,
    message,
    requestId: RequestId ?? '',
    denied:
      detail?.AuthAction === undefined
        ? undefined
        : {
            action: detail.AuthAction,
            // The detail has no field for it; the message of every denial names it.
            resource: /Resource: (\S+) Action:/.exec(message)?.[1] ?? '',
            kind: detail.NoPermissionType === 'ExplicitDeny' ? 'ExplicitDeny' : 'ImplicitDeny',
            diagnostic: detail.EncodedDiagnosticMessage ?? '',
          },
  });
}
