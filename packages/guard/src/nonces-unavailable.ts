/** The shared nonce store cannot be reached, or does not answer in time. */
export class NoncesUnavailable extends Error {
  override readonly name = 'NoncesUnavailable';
}
