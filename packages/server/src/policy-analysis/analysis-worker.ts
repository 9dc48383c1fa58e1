/** The worker thread of `PolicyAnalysis`: processes one task after the other. */
import { parentPort } from 'node:worker_threads';
import { CompiledPermissions } from '../policies/compiled-permissions.ts';
import { type DocumentKind, documentFaults } from '../policy-documents/document-faults.ts';
import { lowerThreadPriority } from '../store/thread-priority.ts';
import { type SimulatedRequest, simulate } from './simulation.ts';

/** A task for the worker. */
export type AnalysisTask =
  | { readonly kind: 'faults'; readonly document: string; readonly documentKind: DocumentKind }
  | { readonly kind: 'simulation'; readonly asked: SimulatedRequest };

/** The worker's reply: plain data. */
export type AnalysisReply = { readonly result: unknown } | { readonly error: string };

lowerThreadPriority();
const permissions = new CompiledPermissions();

parentPort?.on('message', (task: AnalysisTask) => {
  let reply: AnalysisReply;
  try {
    reply = { result: resultOf(task) };
  } catch (error) {
    reply = { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
  parentPort?.postMessage(reply);
});

function resultOf(task: AnalysisTask): unknown {
  switch (task.kind) {
    case 'faults':
      return documentFaults(task.document, task.documentKind);
    case 'simulation':
      return simulate(permissions, task.asked);
  }
}
