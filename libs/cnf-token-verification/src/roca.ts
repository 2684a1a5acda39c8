/** Primes below 168, as many as tell a vulnerable modulus from any other. */
const PRIMES = [
  3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107,
  109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
];

/**
 * Whether an RSA modulus was made by the library whose keys can be factored (CVE-2017-15361, "ROCA"): both its primes are
 * powers of 65537 modulo each small prime, and so is their product. Another modulus looks so once in 2^27 cases at most.
 */
export function hasRocaFingerprint(modulus: bigint): boolean {
  return PRIMES.every((prime) => {
    const remainder = Number(modulus % BigInt(prime));
    for (let power = 1, step = 0; step < prime; step += 1, power = (power * 65_537) % prime)
      if (power === remainder) return true;
    return false;
  });
}
