/** What arrived at the vendors: the sandbox holds the newest 20,000 messages. */
export const INBOX_CAPACITY = 20_000;

export interface Arrival {
  to: string;
  /** Unix time in milliseconds. */
  receivedAtMs: number;
}

export interface SandboxInbox {
  clear(): Promise<void>;
  /** Reads and parses everything: seconds of work for the sandbox, so never while something is measured. */
  arrivals(): Promise<Arrival[]>;
}

/** @param url of the sandbox. Both functions throw when it does not answer 2xx. */
export function openSandboxInbox(url: string): SandboxInbox {
  const call = async (method: string, query: string): Promise<Response> => {
    const answer = await fetch(`${url}/api/messages${query}`, { method });
    if (!answer.ok) throw new Error(`the sandbox answered ${answer.status}`);
    return answer;
  };
  return {
    async clear() {
      await call('DELETE', '');
    },
    async arrivals() {
      const answer = await call('GET', `?limit=${INBOX_CAPACITY}`);
      const { data } = (await answer.json()) as { data: { to: string; received_at: string }[] };
      return data.map(({ to, received_at }) => ({ to, receivedAtMs: Date.parse(received_at) }));
    },
  };
}
