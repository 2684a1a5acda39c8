/** Injection tokens of this app's ports. */
export const REGISTRY = Symbol('RegistryAdministration');
export const SIGNING_KEYS = Symbol('SigningKeyAdministration');
export const DENIALS = Symbol('DenyAdministration');
/** Which addresses may be registered as a `jwks_uri`: those that would be fetched. */
export const KEY_SET_ADDRESSES = Symbol('JudgeAddress');
export const AUDIT = Symbol('AuditReader');
