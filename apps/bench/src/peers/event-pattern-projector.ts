/**
 * Peer (c): the projector that people write first, as its own process. A Nest microservice on Transport.KAFKA, one `@EventPattern` handler,
 * TypeORM `findOne` of the item's last row and `save()`. Written as if it should win: raw bytes instead of parsed ones, all partitions at
 * once, connections for all of them, the index that `findOne` needs. With BENCH_SAVE=bare also what hardly anybody writes: `save()` without
 * its transaction around the single insert and without reading back. Validation is the product's own `decode`.
 */
import 'reflect-metadata';
import { Controller, Inject, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, EventPattern, KafkaContext, Payload, Transport, type MicroserviceOptions } from '@nestjs/microservices';
import { Column, DataSource, Entity, Index, PrimaryGeneratedColumn, Repository } from 'typeorm';
import { decode } from '../../../projector/src/decode.ts';
import { AGENCY, PUBLISHER_KEY } from '../records.ts';
import { PARTITIONS } from '../topic.ts';

const KEYS = new Map([[AGENCY, [PUBLISHER_KEY]]]);

@Entity('item_rows')
@Index(['item', 'seq'], { unique: true })
class ItemRow {
  @PrimaryGeneratedColumn({ type: 'bigint' }) id!: string;
  @Column('text') item!: string;
  @Column('int') seq!: number;
  @Column('text') agency!: string;
  @Column('text') eventId!: string;
  @Column('text') principal!: string;
  @Column('bigint') captured!: string;
  @Column('bytea') commitment!: Buffer;
  @Column('bytea') contentHash!: Buffer;
  @Column('bytea') secret!: Buffer;
  @Column('bytea') content!: Buffer;
  @Column('smallint') kind!: number;
  @Column('text') readers!: string;
  @Column('bigint', { nullable: true }) starts!: string | null;
  @Column('bigint', { nullable: true }) ends!: string | null;
}

const ROWS = Symbol('rows');
const SAVE = process.env['BENCH_SAVE'] === 'bare' ? { transaction: false, reload: false } : {};
const topic = required('BENCH_TOPIC');

@Controller()
class NaiveProjector {
  private readonly rows: Repository<ItemRow>;

  constructor(@Inject(ROWS) rows: Repository<ItemRow>) {
    this.rows = rows;
  }

  // Nest 12 types the decorator by its handler's parameters, which a context argument does not fit.
  @(EventPattern(topic) as MethodDecorator)
  async project(@Payload() value: Buffer, @Ctx() context: KafkaContext): Promise<void> {
    const message = context.getMessage();
    const headers = Object.fromEntries(
      Object.entries(message.headers ?? {}).map(([name, bytes]) => [name, (bytes as Buffer).toString('latin1')]),
    );
    const decoded = decode({ offset: Number(message.offset), key: message.key, value, headers }, KEYS);
    if ('dead' in decoded) throw new Error(`${decoded.dead.code}: ${decoded.dead.detail}`);
    const { event } = decoded;
    for (const item of event.items) {
      const last = await this.rows.findOne({ where: { item }, order: { seq: 'DESC' } });
      await this.rows.save(
        {
          item,
          seq: (last?.seq ?? 0) + 1,
          agency: event.agency,
          eventId: event.id,
          principal: event.principal,
          captured: String(event.capturedMicros),
          commitment: Buffer.from(event.commitment, 'hex'),
          contentHash: Buffer.from(event.contentHash, 'hex'),
          secret: Buffer.from(event.secret, 'hex'),
          content: Buffer.from(event.content),
          kind: event.kind,
          readers: event.groups.join(' '),
          starts: event.starts === null ? null : String(event.starts),
          ends: event.ends === null ? null : String(event.ends),
        },
        SAVE,
      );
    }
  }
}

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}

async function main(): Promise<void> {
  const source = await new DataSource({
    type: 'postgres',
    url: required('DATABASE_URL'),
    entities: [ItemRow],
    synchronize: true,
    poolSize: PARTITIONS * 2,
  }).initialize();

  @Module({ controllers: [NaiveProjector], providers: [{ provide: ROWS, useValue: source.getRepository(ItemRow) }] })
  class NaiveModule {}

  const app = await NestFactory.createMicroservice<MicroserviceOptions>(NaiveModule, {
    transport: Transport.KAFKA,
    logger: ['error', 'warn'],
    options: {
      client: { clientId: 'event-pattern', brokers: required('KAFKA_BROKERS').split(',') },
      consumer: { groupId: `event-pattern-${process.pid}` },
      subscribe: { fromBeginning: true },
      run: { partitionsConsumedConcurrently: PARTITIONS },
      parser: { keepBinary: true },
    },
  });
  process.once(
    'SIGTERM',
    () =>
      void app
        .close()
        .then(() => source.destroy())
        .finally(() => process.exit(0)),
  );
  await app.listen();
  process.stdout.write('ready\n');
}

await main();
