/** Details of a denied call. */
export interface AccessDenied {
  /** Denied action, such as `ram:CreateUser`. */
  readonly action: string;
  /** ARN of the resource that a permission is needed for; empty when the server did not name one. */
  readonly resource: string;
  /** `ExplicitDeny`: some policy denies it; `ImplicitDeny`: none allows it. */
  readonly kind: 'ExplicitDeny' | 'ImplicitDeny';
  /** Encoded message for `DecodeDiagnosticMessage`. */
  readonly diagnostic: string;
}

/** A call that was refused, or that received no answer. */
export class ApiError extends Error {
  /** Error code of RAM; `Network` without an answer. */
  readonly code: string;
  /** HTTP status; 0 without an answer. */
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
 * Creates the error for an answer.
 * @param body parsed; undefined when it is not JSON
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
            // The detail has no field for the resource, but the message of every denial names it.
            resource: /Resource: (\S+) Action:/.exec(message)?.[1] ?? '',
            kind: detail.NoPermissionType === 'ExplicitDeny' ? 'ExplicitDeny' : 'ImplicitDeny',
            diagnostic: detail.EncodedDiagnosticMessage ?? '',
          },
  });
}
