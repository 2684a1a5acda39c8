/** RFC 8707 §2: `resource` is an absolute URI without a fragment. Compared octet by octet, never normalised. */
export function isResourceIndicator(text: string): boolean {
  // RFC 3986 characters only, so that no two spellings of one text differ in a log.
  if (
    text.length > 512 ||
    !/^[a-z][a-z0-9+.-]*:[\x21\x24-\x3b\x3d\x3f-\x5a\x5b\x5d\x5f\x61-\x7a\x7e]+$/i.test(text)
  ) {
    return false;
  }
  return URL.canParse(text) && !text.includes('#');
}
