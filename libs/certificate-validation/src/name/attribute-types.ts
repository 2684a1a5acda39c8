/** Keywords that registered names may use; the first one of a type is used for display. */
const KEYWORDS = [
  ['CN', '2.5.4.3'],
  ['L', '2.5.4.7'],
  ['ST', '2.5.4.8'],
  ['O', '2.5.4.10'],
  ['OU', '2.5.4.11'],
  ['C', '2.5.4.6'],
  ['STREET', '2.5.4.9'],
  ['DC', '0.9.2342.19200300.100.1.25'],
  ['UID', '0.9.2342.19200300.100.1.1'],
  ['emailAddress', '1.2.840.113549.1.9.1'],
  ['E', '1.2.840.113549.1.9.1'],
  ['serialNumber', '2.5.4.5'],
  ['organizationIdentifier', '2.5.4.97'],
  ['SN', '2.5.4.4'],
  ['surname', '2.5.4.4'],
  ['givenName', '2.5.4.42'],
  ['GN', '2.5.4.42'],
  ['initials', '2.5.4.43'],
  ['generationQualifier', '2.5.4.44'],
  ['title', '2.5.4.12'],
  ['description', '2.5.4.13'],
  ['businessCategory', '2.5.4.15'],
  ['postalCode', '2.5.4.17'],
  ['name', '2.5.4.41'],
  ['dnQualifier', '2.5.4.46'],
  ['pseudonym', '2.5.4.65'],
  ['commonName', '2.5.4.3'],
  ['countryName', '2.5.4.6'],
  ['localityName', '2.5.4.7'],
  ['stateOrProvinceName', '2.5.4.8'],
  ['organizationName', '2.5.4.10'],
  ['organizationalUnitName', '2.5.4.11'],
  ['jurisdictionCountryName', '1.3.6.1.4.1.311.60.2.1.3'],
  ['jurisdictionStateOrProvinceName', '1.3.6.1.4.1.311.60.2.1.2'],
  ['jurisdictionLocalityName', '1.3.6.1.4.1.311.60.2.1.1'],
] as const;

const TYPE_OF: ReadonlyMap<string, string> = new Map(
  KEYWORDS.map(([keyword, type]) => [keyword.toLowerCase(), type]),
);
const KEYWORD_OF: ReadonlyMap<string, string> = new Map(
  [...KEYWORDS].reverse().map(([keyword, type]) => [type, keyword]),
);

/** RFC 4514 §3: keywords are case-insensitive. */
export const findAttributeType = (keyword: string): string | undefined => TYPE_OF.get(keyword.toLowerCase());

export const findKeyword = (type: string): string | undefined => KEYWORD_OF.get(type);
