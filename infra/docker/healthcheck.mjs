// The health check of a service's container: exit code 0 when the service says that it is ready. Not by fetch, which takes twice as long
// to load: this runs every few seconds in every container.
const { PORT, HTTPS_CERT, HTTPS_CERT_FILE } = process.env;
const isHttps = Boolean(HTTPS_CERT || HTTPS_CERT_FILE);
const { get } = await import(isHttps ? 'node:https' : 'node:http');

// Its certificate names the service, not 127.0.0.1.
const options = { host: '127.0.0.1', port: PORT, path: '/health/ready', timeout: 4_000, rejectUnauthorized: false };
get(options, ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1))
  .on('timeout', () => process.exit(1))
  .on('error', () => process.exit(1));
