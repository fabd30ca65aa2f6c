import { get } from 'node:http';

/** True when a GET of this local address is answered with 2xx within 2 s. Plain node:http: fetch costs the supervisor 25 MB. */
export function answersOk(url: string, headers: Record<string, string> = {}): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(url, { headers, agent: false, timeout: 2_000 }, (response) => {
      const status = response.statusCode ?? 0;
      response.on('error', () => {}).resume();
      resolve(status >= 200 && status < 300);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
    request.on('close', () => resolve(false));
  });
}
