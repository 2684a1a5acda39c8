import { Module, type DynamicModule } from '@nestjs/common';
import { getRepositoryToken, TypeOrmModule } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import type { TokenVerifier } from '@holdfast/cnf-token-verification';
import { BoundTokenModule } from '@holdfast/resource-guard/nest';
import { DiagnosticsController } from './http/diagnostics.controller.js';
import { OrderRow } from './orders/order.row.js';
import { OrdersController } from './orders/orders.controller.js';
import { Orders } from './orders/orders.js';

/** The sample partner API. The guard is global: a route that declares nothing is closed. */
@Module({})
export class ResourceServerModule {
  static with(databaseUrl: string, verifier: TokenVerifier): DynamicModule {
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
        BoundTokenModule.forRoot({ verifier }),
      ],
      controllers: [OrdersController, DiagnosticsController],
      providers: [
        {
          provide: Orders,
          useFactory: (rows: Repository<OrderRow>) => new Orders(rows),
          inject: [getRepositoryToken(OrderRow)],
        },
      ],
    };
  }
}
