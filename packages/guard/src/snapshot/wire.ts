/** What both sides of a replication speak: frames, seals and records. For the control plane. */
export { frame } from './frames.ts';
export type { Hello, ReplicationMark, ReplicationRecord } from './records.ts';
export { KeyAgreement, SealBroken, Sealer, type SealingContext } from './sealing.ts';
export type { ResolvedStsSession } from './sts-session-credentials.ts';
