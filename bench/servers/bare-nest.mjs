/**
 * What the service is measured against over HTTP: the same Nest, Fastify, class-validator, command bus and pg, with one prepared INSERT a
 * request and nothing else. Plain JavaScript has no decorators, so they are called.
 */
import 'reflect-metadata';
import { Body, Controller, Module, Param, Post, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CommandBus, CommandHandler, CqrsModule } from '@nestjs/cqrs';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import * as transformerPackage from 'class-transformer';
import { IsObject, IsString, Matches, MaxLength } from 'class-validator';
import { openEvents } from '../contestants/event-table.mjs';

/** As many connections as the service takes. */
const POOL_SIZE = 16;

const events = await openEvents({ connectionString: process.env.DATABASE_URL }, POOL_SIZE);

class RecordFactsRequest {
  trigger;
  facts;
}
for (const rule of [IsString(), MaxLength(100), Matches(/^[a-z][a-z0-9_]*$/)])
  rule(RecordFactsRequest.prototype, 'trigger');
IsObject()(RecordFactsRequest.prototype, 'facts');

class RecordFacts {
  constructor(runId, detail) {
    this.runId = runId;
    this.detail = detail;
  }
}

class RecordFactsHandler {
  versions = new Map();

  async execute({ runId, detail }) {
    const version = (this.versions.get(runId) ?? 0) + 1;
    this.versions.set(runId, version);
    const id = await events.insert(runId, version, detail);
    return { id, run_id: runId, version };
  }
}
CommandHandler(RecordFacts)(RecordFactsHandler);

class FactsController {
  constructor(commands) {
    this.commands = commands;
  }

  record(id, detail) {
    return this.commands.execute(new RecordFacts(id, { ...detail }));
  }
}
const record = Object.getOwnPropertyDescriptor(FactsController.prototype, 'record');
Reflect.defineMetadata('design:paramtypes', [CommandBus], FactsController);
Reflect.defineMetadata('design:paramtypes', [String, RecordFactsRequest], FactsController.prototype, 'record');
Param('id')(FactsController.prototype, 'record', 0);
Body()(FactsController.prototype, 'record', 1);
Post('facts')(FactsController.prototype, 'record', record);
Controller('pipeline/:id')(FactsController);

class BareModule {}
Module({ imports: [CqrsModule.forRoot()], controllers: [FactsController], providers: [RecordFactsHandler] })(
  BareModule,
);

const app = await NestFactory.create(BareModule, new FastifyAdapter(), { logger: ['error'] });
app.useGlobalPipes(new ValidationPipe({ transformerPackage, whitelist: true, forbidNonWhitelisted: true }));
await app.listen(0, '127.0.0.1');
process.once('SIGTERM', () => void app.close().then(() => process.exit()));
console.log(`listens on ${await app.getUrl()}`);
