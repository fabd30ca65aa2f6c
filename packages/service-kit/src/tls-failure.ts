/** Node's codes for TLS that does not come about: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
export const TLS_FAILURE_CODE = /CERT|ERR_TLS|ERR_SSL|SELF_SIGNED|UNABLE_TO_/;
