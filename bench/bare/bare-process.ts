/** What each of the bare pipeline's processes is given, in its environment. */
export interface BareEnvironment {
  BARE_RABBITMQ_URL: string;
  BARE_DATABASE_URL: string;
  BARE_TWILIO_URL: string;
  BARE_SMTP_PORT: string;
}

/** What a process says once it is ready; a port where it listens. */
export interface Ready {
  port?: number;
}

export const environment = process.env as unknown as BareEnvironment;

/** Tells the parent that the work can begin. The process ends with its parent, or when the parent lets go of it. */
export function sayReady(ready: Ready = {}): void {
  process.on('disconnect', () => process.exit(0));
  process.send?.(ready);
}
