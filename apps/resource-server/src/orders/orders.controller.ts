import { Body, Controller, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { z } from 'zod';
import type { VerifiedAccess } from '@holdfast/cnf-token-verification';
import { Access, RequireScopes } from '@holdfast/resource-guard';
import { OrderInvalid, OrderNotFound } from './order-refused.js';
import { Orders, type Order } from './orders.js';

const NewOrderBody = z.strictObject({
  item: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .refine((text) => !text.includes('\0'), 'must not contain NUL'),
  quantity: z.number().int().min(1).max(1_000_000),
});

/** The sample partner API: every partner sees its own orders only. */
@Controller('orders')
export class OrdersController {
  constructor(@Inject(Orders) private readonly orders: Orders) {}

  @Get()
  @RequireScopes('orders:read')
  async list(@Access() access: VerifiedAccess): Promise<{ readonly orders: readonly Order[] }> {
    return { orders: await this.orders.list(access.partner) };
  }

  @Get(':id')
  @RequireScopes('orders:read')
  async show(@Access() access: VerifiedAccess, @Param('id') id: string): Promise<Order> {
    const order = /^ord_[0-9a-z-]{1,64}$/.test(id)
      ? await this.orders.findById(access.partner, id)
      : undefined;
    if (order === undefined) throw new OrderNotFound('you have no such order');
    return order;
  }

  @Post()
  @HttpCode(201)
  @RequireScopes('orders:write')
  async place(@Access() access: VerifiedAccess, @Body() body: unknown): Promise<Order> {
    const order = NewOrderBody.safeParse(body);
    if (!order.success)
      throw new OrderInvalid(order.error.issues.map((i) => `${i.path.join('.') || 'body'}: ${i.message}`));
    return this.orders.place(access.partner, order.data);
  }
}
