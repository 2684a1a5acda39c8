/** Injection tokens of this app's ports. */
export const REGISTRY = Symbol('RegistryAdministration');
export const AUDIT = Symbol('AuditReader');
