import { Body, Controller, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { z } from 'zod';
import type { VerifiedAccess } from '@holdfast/cnf-token-verification';
import { BoundToken, RequireScopes } from '@holdfast/resource-guard/nest';
import { OrderInvalid, OrderNotFound } from './order-refused.js';
import { Orders, type Order } from './orders.js';

const NewOrderBody = z.strictObject({
  item: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .refine((text) => !text.includes('\0'), 'must not contain NUL')
    // PostgreSQL would keep half a surrogate pair as another character.
    .refine((text) => text.isWellFormed(), 'must be well-formed Unicode'),
  quantity: z.number().int().min(1).max(1_000_000),
});

/** The sample partner API: every partner sees its own orders only. */
@Controller('orders')
export class OrdersController {
  constructor(@Inject(Orders) private readonly orders: Orders) {}

  @Get()
  @RequireScopes('orders:read')
  async list(@BoundToken() access: VerifiedAccess): Promise<{ readonly orders: readonly Order[] }> {
    return { orders: await this.orders.list(partnerOf(access)) };
  }

  @Get(':id')
  @RequireScopes('orders:read')
  async show(@BoundToken() access: VerifiedAccess, @Param('id') id: string): Promise<Order> {
    const order = /^ord_[0-9a-z-]{1,64}$/.test(id)
      ? await this.orders.findById(partnerOf(access), id)
      : undefined;
    if (order === undefined) throw new OrderNotFound('you have no such order');
    return order;
  }

  @Post()
  @HttpCode(201)
  @RequireScopes('orders:write')
  async place(@BoundToken() access: VerifiedAccess, @Body() body: unknown): Promise<Order> {
    const order = NewOrderBody.safeParse(body);
    if (!order.success)
      throw new OrderInvalid(order.error.issues.map((i) => `${i.path.join('.') || 'body'}: ${i.message}`));
    return this.orders.place(partnerOf(access), order.data);
  }
}

/** Whose orders they are. The policy of this API requires the claim; without it there would be nothing to see. */
function partnerOf({ partner }: VerifiedAccess): string {
  if (partner === undefined) throw new Error('the token names no partner');
  return partner;
}
