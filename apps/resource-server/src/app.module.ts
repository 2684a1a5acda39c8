import { Module, type DynamicModule } from '@nestjs/common';
import { getRepositoryToken, TypeOrmModule } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { DiagnosticsController } from './http/diagnostics.controller.js';
import { ordersDatabase } from './orders/database.js';
import { OrderRow } from './orders/order.row.js';
import { OrdersController } from './orders/orders.controller.js';
import { Orders } from './orders/orders.js';

/** The sample partner API. The guard is global: a route that declares nothing is closed. */
@Module({})
export class ResourceServerModule {
  /** `onError` hears of connections to the database that die while nobody uses them. */
  static with(databaseUrl: string, guard: DynamicModule, onError: (error: unknown) => void): DynamicModule {
    return {
      module: ResourceServerModule,
      imports: [
        TypeOrmModule.forRootAsync({
          useFactory: () => ordersDatabase(databaseUrl, onError),
        }),
        TypeOrmModule.forFeature([OrderRow]),
        guard,
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
