/** There is no such order *of this partner*. */
export class OrderNotFound extends Error {
  override readonly name = 'OrderNotFound';
}

/** The order cannot be placed as it was sent; every problem is named. */
export class OrderInvalid extends Error {
  override readonly name = 'OrderInvalid';

  constructor(readonly problems: readonly string[]) {
    super(problems.join('; '));
  }
}
