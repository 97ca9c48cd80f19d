import { Injectable } from '@nestjs/common';
import { refuse } from '../../kernel/domain-error.js';
import type { Projection, Row } from '../../kernel/projection.js';
import type { Catalogue, DomainEvent } from '../../kernel/recorded-event.js';

/** An event of any stream: read models of all kinds stand in one list. */
export type AnyEvent = DomainEvent<string, object>;

/** The streams a read model is made from: their type's name and the events they consist of. */
type Streams<Event extends AnyEvent> = Readonly<{ name: string; catalogue: Catalogue<Event> }>;

/**
 * A read model as the engine knows it. `inline` rows are written in the transaction of each append; `async` ones follow the timeline
 * and say how far they are. One that is made from streams of several types is registered with each.
 */
export type ReadModel = Readonly<{
  kind: 'inline' | 'async';
  streamTypes: readonly string[];
  catalogue: Catalogue<AnyEvent>;
  projection: Projection<Row, AnyEvent>;
}>;

/** The read models that are written with each append to streams of this type, as its `StreamType` names them. */
export function inlineReadModels<Event extends AnyEvent>(
  stream: Streams<Event> & Readonly<{ projections: readonly Projection<Row, Event>[] }>,
): readonly ReadModel[] {
  return stream.projections.map((projection) => readModel('inline', stream, projection));
}

/** A read model that follows the timeline. Its table is made by a migration with `select define_read_model('<name>')`. */
export function asyncReadModel<R extends Row, Event extends AnyEvent>(
  stream: Streams<Event>,
  projection: Projection<R, Event>,
): ReadModel {
  return readModel('async', stream, projection);
}

function readModel<R extends Row, Event extends AnyEvent>(
  kind: ReadModel['kind'],
  { name, catalogue }: Streams<Event>,
  projection: Projection<R, Event>,
): ReadModel {
  return { kind, streamTypes: [name], catalogue, projection: projection as unknown as Projection<Row, AnyEvent> };
}

/** The same read model, made from further streams too. */
function joined(one: ReadModel, other: ReadModel): ReadModel {
  const streamTypes = [...new Set([...one.streamTypes, ...other.streamTypes])];
  const isTwice = streamTypes.length < one.streamTypes.length + other.streamTypes.length;
  if (isTwice || one.kind !== other.kind || one.projection !== other.projection)
    throw new Error(`The read model ${one.projection.name} is registered twice.`);
  return { ...one, streamTypes, catalogue: { ...one.catalogue, ...other.catalogue } };
}

/** Every read model of this process: each capability's module registers its own when it is put together. */
@Injectable()
export class ReadModels {
  private readonly models = new Map<string, ReadModel>();

  register(...models: readonly ReadModel[]): void {
    for (const model of models) {
      const { name } = model.projection;
      const known = this.models.get(name);
      this.models.set(name, known === undefined ? model : joined(known, model));
    }
  }

  /** By name. */
  all(): readonly ReadModel[] {
    return [...this.models.values()].sort((a, b) => (a.projection.name < b.projection.name ? -1 : 1));
  }

  /** @throws DomainError `projection-not-found` */
  named(name: string): ReadModel {
    const model = this.models.get(name);
    if (model !== undefined) return model;
    throw refuse('projection-not-found', `There is no projection ${name}. GET /projections lists them.`);
  }
}
