import { readFileSync } from 'node:fs';
import Joi from 'joi';
import { certificate, certificateFile, keyOf } from './certificate-schema.ts';

/** The environment does not describe a service that could run. Its message lists every problem, a line each. */
export class ConfigError extends Error {
  constructor(problems: string[]) {
    super(['The configuration is not valid:', ...problems.map((problem) => `  - ${problem}`)].join('\n'));
    this.name = 'ConfigError';
  }
}

/** Schemas of environment variables, by name. */
export type ConfigKeys<T> = { [K in keyof T]: Joi.Schema<T[K]> };

/**
 * Reads and checks a service's settings. `KEY_FILE` names a file that holds KEY's value (container secrets).
 * An empty variable counts as not set.
 * @returns the settings, converted, with defaults, frozen.
 * @throws ConfigError with all problems at once.
 */
export function loadConfig<T>(keys: ConfigKeys<T>, env: NodeJS.ProcessEnv): Readonly<T> {
  const values: Record<string, string> = {};
  const problems: string[] = [];
  for (const key of Object.keys(keys)) {
    const file = env[`${key}_FILE`];
    try {
      const value = file ? readFileSync(file, 'utf8').trim() : env[key];
      if (value) values[key] = value;
      else if (file) problems.push(`${key}_FILE: ${file} is empty`);
    } catch (error) {
      problems.push(`${key}_FILE: cannot read ${file} (${(error as NodeJS.ErrnoException).code})`);
    }
  }
  const result = Joi.object<T>(keys as Joi.PartialSchemaMap<T>).validate(values, {
    abortEarly: false,
    errors: { wrap: { label: false } },
  });
  // Joi's messages repeat no value, so a secret that is too short is not printed.
  for (const problem of result.error?.details ?? []) problems.push(problem.message);
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(result.value as T);
}

export interface HttpConfig {
  HOST: string;
  PORT: number;
  /** PEM, with the chain. With it the service speaks HTTPS alone. */
  HTTPS_CERT?: string;
  /** PEM. Both or neither. */
  HTTPS_KEY?: string;
  LOG_LEVEL: string;
  /** A file of authorities to trust besides the public ones, for every connection. Node itself reads it. */
  NODE_EXTRA_CA_CERTS?: string;
}
/** What every service listens with, and whom it trusts. */
export function httpKeys(defaultPort: number): ConfigKeys<HttpConfig> {
  return {
    HOST: Joi.string().default('0.0.0.0'),
    PORT: Joi.number().port().default(defaultPort),
    HTTPS_CERT: certificate,
    HTTPS_KEY: keyOf('HTTPS_CERT'),
    LOG_LEVEL: Joi.string().valid('error', 'warn', 'info', 'debug').default('info'),
    // Node only warns of a file that it can't read, and every connection fails later for a reason that names no file.
    NODE_EXTRA_CA_CERTS: certificateFile,
  };
}

export interface RabbitmqConfig {
  RABBITMQ_URL: string;
}
/** `amqp://user:password@host:port/vhost`, or `amqps:`. */
export const rabbitmqKeys: ConfigKeys<RabbitmqConfig> = {
  RABBITMQ_URL: Joi.string()
    .uri({ scheme: ['amqp', 'amqps'] })
    .required(),
};

export interface RedisConfig {
  REDIS_URL: string;
}
/** `redis://:password@host:port`, or `rediss:`. */
export const redisKeys: ConfigKeys<RedisConfig> = {
  REDIS_URL: Joi.string()
    .uri({ scheme: ['redis', 'rediss'] })
    .required(),
};

export interface PostgresConfig {
  DATABASE_URL: string;
  DATABASE_POOL_SIZE: number;
}
/** `postgresql://user:password@host:port/database`; the pool's size is per process. */
export const postgresKeys: ConfigKeys<PostgresConfig> = {
  DATABASE_URL: Joi.string()
    .uri({ scheme: ['postgres', 'postgresql'] })
    .required(),
  DATABASE_POOL_SIZE: Joi.number().integer().min(1).max(100).default(10),
};

export interface ServiceTokenConfig {
  SERVICE_TOKEN_SECRET: string;
}
/** Shared by all services: signs the tokens with which they call each other. At least 32 characters. */
export const serviceTokenKeys: ConfigKeys<ServiceTokenConfig> = {
  SERVICE_TOKEN_SECRET: Joi.string().min(32).required(),
};

/** A service with its own database that listens to RabbitMQ and answers other services. */
export interface DataServiceConfig extends HttpConfig, RabbitmqConfig, PostgresConfig, ServiceTokenConfig {}
export function dataServiceKeys(defaultPort: number): ConfigKeys<DataServiceConfig> {
  return { ...httpKeys(defaultPort), ...rabbitmqKeys, ...postgresKeys, ...serviceTokenKeys };
}

/** Reads the settings with `read`, or prints every problem and exits 1: there is no logger yet to say it with. */
export function readConfigOrExit<T>(read: (env: NodeJS.ProcessEnv) => T, env: NodeJS.ProcessEnv): T {
  try {
    return read(env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}
