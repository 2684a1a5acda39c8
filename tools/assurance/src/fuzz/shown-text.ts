/** A sentence about a refusal never carries what could drive a terminal. */
export const problemWithText = (shown: string): string | undefined =>
  shown === '' || /[\x00-\x1f]/.test(shown)
    ? `the sentence is not fit to be shown: ${JSON.stringify(shown)}`
    : undefined;
