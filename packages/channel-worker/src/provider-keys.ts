import Joi from 'joi';

export interface VendorOverrideConfig {
  NODE_ENV?: string;
  ALLOW_VENDOR_OVERRIDES: boolean;
}

/** What `vendorUrl` looks at. Settings of a service that talks to a vendor over HTTP. */
export const vendorOverrideKeys = {
  NODE_ENV: Joi.string(),
  /** `true` lets a production system talk to another address than the vendor's (a proxy, a staging system). Default false. */
  ALLOW_VENDOR_OVERRIDES: Joi.boolean().default(false),
};

/**
 * Another address than the vendor's own: the sandbox in development. Not set means the vendor's.
 * With NODE_ENV=production it is refused unless ALLOW_VENDOR_OVERRIDES is true, since whoever is behind it reads everything.
 */
export function vendorUrl(): Joi.StringSchema {
  const anyUrl = Joi.string().uri({ scheme: ['http', 'https'] });
  return anyUrl.when('NODE_ENV', {
    is: Joi.valid('production').required(),
    then: anyUrl.when('ALLOW_VENDOR_OVERRIDES', {
      is: Joi.valid(true).required(),
      otherwise: Joi.forbidden().messages({
        'any.unknown':
          "{{#label}} is not the vendor's own address: refused in production unless ALLOW_VENDOR_OVERRIDES=true",
      }),
    }),
  });
}

/**
 * Comma-separated names of providers, the preferred one first.
 * @param known the names that have an adapter; the default is the first of them alone.
 */
export function providerOrder(known: readonly [string, ...string[]]): Joi.Schema<string[]> {
  return Joi.string()
    .custom((value: string, helpers) => {
      const names = value.split(',').map((name) => name.trim());
      const isKnown = names.every((name) => known.includes(name)) && new Set(names).size === names.length;
      return isKnown ? names : helpers.error('providers.unknown');
    })
    .messages({ 'providers.unknown': `{{#label}} must name providers, each once, out of: ${known.join(', ')}` })
    .default([known[0]]) as unknown as Joi.Schema<string[]>;
}
