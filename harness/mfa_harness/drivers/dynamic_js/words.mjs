// What the vendor's SDKs say, in the words of the driver protocol. It runs in Node and in a page.

/** Arguments that may be left out: each is handed on to the SDK, or refused. */
export const OPTIONAL = ['allow_new_mfa_linking', 'create_mfa_token', 'device_id', 'mfa_token', 'related_origin_rp_id', 'requested_scopes'];

/** The SDK's core has `singleUse`, where the protocol has a wish for a token or none. */
export const oneUse = (wish) => (wish === undefined ? undefined : { singleUse: wish });

export const asHeld = ({ token, scopes, expiresAt, singleUse }) => (
  { token, scopes, expires_at: new Date(expiresAt).getTime() / 1000, single_use: singleUse ?? false });

/** The SDK calls the member `_default`, since `default` is a word of the language. */
export const asOnTheWire = ({ _default, ...device }) => ({ ...device, default: _default ?? false });

/** With no token at all the SDK does not even ask the server: it cannot be brought to. */
export async function withoutToken(deletion) {
  try {
    return await deletion();
  } catch (error) {
    if (error?.code === 'value_must_be_defined_error') throw Object.assign(new Error(`the SDK sends no such request: ${error.message}`), { kind: 'not_supported' });
    throw error;
  }
}

export const camelCased = (fields) => Object.fromEntries(
  Object.entries(fields).map(([name, value]) => [name.replace(/_(.)/g, (_, letter) => letter.toUpperCase()), value]));

const KIND_OF_CODE = {
  mfa_device_limit: 'device_limit',
  mfa_invalid_code: 'invalid_code',
  mfa_rate_limited: 'rate_limited',
  rate_limit_error: 'rate_limited', // the React SDK's own, of any 429
  wrong_email_verification_token: 'invalid_code',
};

/** An error of the SDK in the words of the protocol. */
export function described(error) {
  const api = error?.cause?.status ? error.cause : error;
  const status = api?.status, code = api?.code ?? error?.code;
  let kind = error?.kind ?? 'other';
  if (error?.name === 'MfaInvalidOtpError') kind = 'invalid_code';
  else if (error?.name === 'MfaRateLimitedError') kind = 'rate_limited';
  else if (code in KIND_OF_CODE) kind = KIND_OF_CODE[code];
  else if (error?.name === 'UnauthorizedError' || status === 401 || status === 403) kind = 'unauthorized';
  else if (error?.name === 'FetchError' || (error instanceof TypeError && /fetch/i.test(error.message))) kind = 'network';
  const facts = { kind, message: String(error?.message ?? error) };
  if (Number.isInteger(status)) facts.status = status;
  if (typeof code === 'string') facts.code = code;
  if (error?.aside) facts.aside = true;
  return facts;
}
