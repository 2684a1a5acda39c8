/** Escapes an attribute value (RFC 4514 §2.4); control characters become `\XX`. */
export function escapeValue(value: string): string {
  return value
    .replace(/^[ #]|["+,;<>\\]| $/g, '\\$&')
    .replace(/[\x00-\x1f\x7f]/g, (control) => `\\${control.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
