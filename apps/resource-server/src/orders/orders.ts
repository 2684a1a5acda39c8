import { randomBytes } from 'node:crypto';
import type { Repository } from 'typeorm';
import type { OrderRow } from './order.row.js';
import { fromDatabase } from './outage.js';

/** An order as its owner sees it. */
export interface Order {
  readonly id: string;
  readonly item: string;
  readonly quantity: number;
  /** RFC 3339. */
  readonly placedAt: string;
}

/** What a partner orders. */
export type NewOrder = Pick<Order, 'item' | 'quantity'>;

const LARGEST_PAGE = 100;

/**
 * The orders of one partner. Isolation is the partner in *every* query, taken from the verified token: an order of
 * another partner does not exist here.
 */
export class Orders {
  constructor(private readonly rows: Repository<OrderRow>) {}

  /** The newest hundred. */
  async list(partner: string): Promise<readonly Order[]> {
    const rows = await fromDatabase(
      this.rows.find({ where: { partner }, order: { placedAt: 'DESC', id: 'ASC' }, take: LARGEST_PAGE }),
    );
    return rows.map(toOrder);
  }

  async findById(partner: string, id: string): Promise<Order | undefined> {
    const row = await fromDatabase(this.rows.findOneBy({ partner, id }));
    return row === null ? undefined : toOrder(row);
  }

  async place(partner: string, order: NewOrder): Promise<Order> {
    const id = `ord_${randomBytes(12).toString('hex')}`;
    await fromDatabase(this.rows.insert({ id, partner, ...order }));
    return toOrder(await fromDatabase(this.rows.findOneByOrFail({ partner, id })));
  }
}

function toOrder({ id, item, quantity, placedAt }: OrderRow): Order {
  return { id, item, quantity, placedAt: placedAt.toISOString() };
}
