/** How it fails. @throws when it succeeds. */
export async function failureOf(sending: Promise<unknown>): Promise<unknown> {
  const error: unknown = await sending.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error === undefined) throw new Error('it was accepted');
  return error;
}
