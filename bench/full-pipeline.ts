import pg from 'pg';
import type { Pipeline, ProcessIds } from './pipeline.ts';

export interface FullSystem {
  gatewayUrl: string;
  apiKey: string;
  /** The record's database. */
  statusDatabaseUrl: string;
  /** Its services: process id, and how often each was started again. */
  services(): Record<string, { pid: number | null; restarts: number }>;
}

/** The system with everything on, through its public API. It runs already and goes on running; between its turns it idles. */
export function createFullPipeline({ gatewayUrl, apiKey, statusDatabaseUrl, services }: FullSystem): Pipeline {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` };
  let database: pg.Client | undefined;

  return {
    name: 'full',
    async start() {
      database = new pg.Client({ connectionString: statusDatabaseUrl });
      // A lost connection shows in the next question; without a listener it would end this process.
      database.on('error', () => {});
      await database.connect();
      return gatewayUrl;
    },
    requestFor: (vendor, { to, subject, body }) => ({
      path: '/api/v1/notifications',
      headers,
      body: JSON.stringify({
        to: vendor === 'http' ? { phone: to } : { email: to },
        channels: [vendor === 'http' ? 'sms' : 'email'],
        notification_type: 'order_shipped',
        content: { title: subject, body },
      }),
    }),
    async countRecorded(sinceMs) {
      const since = new Date(sinceMs);
      const text = `SELECT count(*)::integer AS count FROM notifications WHERE status = 'sent' AND created_at >= $1`;
      return (await database?.query<{ count: number }>(text, [since]))?.rows[0]?.count ?? 0;
    },
    processIds() {
      const running = Object.entries(services()).flatMap(([name, { pid }]) => (pid === null ? [] : [[name, pid]]));
      return Object.fromEntries(running) as ProcessIds;
    },
    assertAlive() {
      for (const [name, { pid, restarts }] of Object.entries(services())) {
        if (pid === null || restarts > 0) throw new Error(`${name} died`);
      }
    },
    async stop() {
      await database?.end();
      database = undefined;
    },
  };
}
