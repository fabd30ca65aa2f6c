import winston from 'winston';
import { currentContext } from './context.ts';

/**
 * ERROR: someone must act. WARN: a dead letter, a degraded dependency. INFO: one line per outcome. DEBUG: steps.
 * Recipients, bodies, variables and secrets are never logged.
 */
export type Logger = winston.Logger;

const addContext = winston.format((info) => {
  const { correlationId, notificationId, channel, attempt } = currentContext();
  if (correlationId !== undefined) info['correlation_id'] = correlationId;
  if (notificationId !== undefined) info['notification_id'] = notificationId;
  if (channel !== undefined) info['channel'] = channel;
  if (attempt !== undefined) info['attempt'] = attempt;
  return info;
});

/** JSON lines on standard output. @param level `error`, `warn`, `info` or `debug`. */
export function createLogger(service: string, level: string): Logger {
  return winston.createLogger({
    level,
    defaultMeta: { service },
    format: winston.format.combine(
      addContext(),
      winston.format.timestamp(),
      winston.format.errors({ stack: true, cause: true }),
      winston.format.json(),
    ),
    transports: [new winston.transports.Console()],
  });
}

/** The loggable part of anything thrown: its name, message and code, never its payload. */
export function errorFields(error: unknown): {
  error: string;
  error_name?: string;
  error_code?: string;
  stack?: string;
} {
  if (!(error instanceof Error)) return { error: String(error) };
  const code = (error as NodeJS.ErrnoException).code;
  return {
    error: error.message || error.name,
    error_name: error.name,
    ...(code ? { error_code: code } : {}),
    stack: error.stack,
  };
}
