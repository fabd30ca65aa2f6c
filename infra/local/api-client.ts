export type ApiCall = <T>(method: string, path: string, body?: object) => Promise<T>;

type Problem = { title?: string; detail?: string; errors?: { message: string }[] };

/** Calls the public API of a running system. Each call throws an Error that a person can read: what the API said, or that it was not reached. */
export function apiClient(baseUrl: string, apiKey: string): ApiCall {
  return async <T>(method: string, path: string, body?: object): Promise<T> => {
    const answer = await fetch(baseUrl + path, {
      method,
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(10_000),
    }).catch((error: Error) => {
      throw new Error(
        `Nothing answers on ${baseUrl} (${String(error.cause ?? error.message)}). \`npm start\` starts it.`,
      );
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${problemText(text)}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  };
}

function problemText(text: string): string {
  try {
    const { title, detail, errors = [] } = JSON.parse(text) as Problem;
    return [detail ?? title, ...errors.map(({ message }) => message)].join('\n  ');
  } catch {
    return text.slice(0, 300);
  }
}
