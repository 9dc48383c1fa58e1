/** Wire format of replication for both sides: frames, seals and records. */
export { frame } from './frames.ts';
export type { Hello, ReplicationMark, ReplicationRecord } from './records.ts';
export { KeyAgreement, SealBroken, Sealer, type SealingContext } from './sealing.ts';
export type { ResolvedStsSession } from './sts-session-credentials.ts';
