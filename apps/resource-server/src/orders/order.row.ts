import { Column, CreateDateColumn, Entity, PrimaryColumn } from 'typeorm';

/** An order of a partner. */
@Entity({ name: 'partner_order' })
export class OrderRow {
  /** `ord_` and 24 hex digits. */
  @PrimaryColumn('text')
  id!: string;

  /** The partner that owns it: the `partner` claim of the token that placed it. */
  @Column('text')
  partner!: string;

  @Column('text')
  item!: string;

  @Column('integer')
  quantity!: number;

  @CreateDateColumn({ name: 'placed_at', type: 'timestamp with time zone' })
  placedAt!: Date;
}
