import { type DynamicModule, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Database } from './database.js';
import { DatabaseClock } from './database-clock.js';
import { DATABASE_CONNECTION } from './database-connection.js';
import { type Connection, dataSourceOptions } from './data-source.js';

export type DatabaseSettings = Readonly<{ connection: Connection; poolSize: number; entities: (new () => object)[] }>;

/** The database, for every part of the service. */
@Module({})
export class DatabaseModule {
  static at({ connection, poolSize, entities }: DatabaseSettings): DynamicModule {
    return {
      module: DatabaseModule,
      global: true,
      imports: [TypeOrmModule.forRoot(dataSourceOptions(connection, 'stageline_app', { poolSize, entities }))],
      providers: [Database, DatabaseClock, { provide: DATABASE_CONNECTION, useValue: connection }],
      exports: [Database, DatabaseClock, DATABASE_CONNECTION],
    };
  }
}
