import { Module, type DynamicModule } from '@nestjs/common';
import { APP_GUARD, Reflector } from '@nestjs/core';
import { getRepositoryToken, TypeOrmModule } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import type { TokenPolicy } from '@holdfast/cnf-token-verification';
import { BoundTokenGuard } from '@holdfast/resource-guard';
import { DiagnosticsController } from './http/diagnostics.controller.js';
import { OrderRow } from './orders/order.row.js';
import { OrdersController } from './orders/orders.controller.js';
import { Orders } from './orders/orders.js';

/** The sample partner API. The guard is global: a route that declares nothing is closed. */
@Module({})
export class ResourceServerModule {
  static with(databaseUrl: string, tokens: TokenPolicy): DynamicModule {
    return {
      module: ResourceServerModule,
      imports: [
        TypeOrmModule.forRootAsync({
          useFactory: () => ({
            type: 'postgres',
            url: databaseUrl,
            entities: [OrderRow],
            synchronize: false,
            poolSize: 5,
            applicationName: 'holdfast-resource-server',
            extra: {
              connectionTimeoutMillis: 1_000,
              query_timeout: 3_000,
              statement_timeout: 3_000,
              idleTimeoutMillis: 30_000,
            },
          }),
        }),
        TypeOrmModule.forFeature([OrderRow]),
      ],
      controllers: [OrdersController, DiagnosticsController],
      providers: [
        {
          provide: Orders,
          useFactory: (rows: Repository<OrderRow>) => new Orders(rows),
          inject: [getRepositoryToken(OrderRow)],
        },
        {
          provide: APP_GUARD,
          useFactory: (reflector: Reflector) => new BoundTokenGuard(reflector, tokens, () => new Date()),
          inject: [Reflector],
        },
      ],
    };
  }
}
