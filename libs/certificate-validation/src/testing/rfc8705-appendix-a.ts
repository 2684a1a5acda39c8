/** RFC 8705 Appendix A: the example certificate (Figure 6) and its `x5t#S256` (Figure 5). */
export const RFC_8705_APPENDIX_A = {
  thumbprint: 'A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0',
  certificate: Uint8Array.from(
    Buffer.from(
      'MIIBBjCBrAIBAjAKBggqhkjOPQQDAjAPMQ0wCwYDVQQDDARtdGxzMB4XDTE4MTAx' +
        'ODEyMzcwOVoXDTIyMDUwMjEyMzcwOVowDzENMAsGA1UEAwwEbXRsczBZMBMGByqG' +
        'SM49AgEGCCqGSM49AwEHA0IABNcnyxwqV6hY8QnhxxzFQ03C7HKW9OylMbnQZjjJ' +
        '/Au08/coZwxS7LfA4vOLS9WuneIXhbGGWvsDSb0tH6IxLm8wCgYIKoZIzj0EAwID' +
        'SQAwRgIhAP0RC1E+vwJD/D1AGHGzuri+hlV/PpQEKTWUVeORWz83AiEA5x2eXZOV' +
        'bUlJSGQgjwD5vaUaKlLR50Q2DmFfQj1L+SY=',
      'base64',
    ),
  ),
} as const;
