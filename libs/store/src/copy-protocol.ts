/**
 * COPY on a pg client, in the two directions that we need, as pg "submittables" (objects that a client sends and feeds with the answers).
 * One payload per COPY, so none of a stream's machinery: about 1 µs of Node time per 64 KB. PostgreSQL protocol, "COPY Operations".
 */
import type pg from 'pg';

/** pg's Connection, as far as a submittable needs it. */
interface Wire {
  readonly stream: { cork(): void; uncork(): void; write(bytes: Buffer): boolean };
  query(text: string): void;
  sendCopyFail(message: string): void;
}

/** The server reads one message into memory at a time. */
const COPY_DATA_BYTES = 262_144;
const COPY_DONE = Buffer.from([0x63, 0, 0, 0, 4]);

/**
 * `copy ... from stdin` with the whole payload, sent without waiting for the server to ask for it: where the statement fails, the server
 * drops what follows it. The payload may be written to again once the promise is settled, and not before.
 */
export function copyIn(client: pg.ClientBase, text: string, payload: Buffer): Promise<number> {
  return new Promise((resolve, reject) => submit(client, new CopyIn(text, payload, resolve, reject)));
}

/** `copy ... to stdout`, piece by piece (a row or more each; a piece is valid only during the call). */
export function copyOut(client: pg.ClientBase, text: string, onPiece: (piece: Buffer) => void): Promise<void> {
  return new Promise((resolve, reject) => submit(client, new CopyOut(text, onPiece, resolve, reject)));
}

const submit = (client: pg.ClientBase, copy: CopyIn | CopyOut): void => {
  client.query(copy as unknown as pg.Submittable);
};

class CopyIn {
  /** pg wraps it in its timeouts. */
  callback = (): void => {};
  private rows = 0;
  private readonly text: string;
  private readonly payload: Buffer;
  private readonly resolve: (rows: number) => void;
  private readonly reject: (error: Error) => void;

  constructor(text: string, payload: Buffer, resolve: (rows: number) => void, reject: (error: Error) => void) {
    this.text = text;
    this.payload = payload;
    this.resolve = resolve;
    this.reject = reject;
  }

  submit(wire: Wire): void {
    wire.stream.cork();
    wire.query(this.text);
    for (let at = 0; at < this.payload.length; at += COPY_DATA_BYTES) {
      const chunk = this.payload.subarray(at, at + COPY_DATA_BYTES);
      // A header of its own: the payload may be overwritten after an error while the socket still drains.
      const header = Buffer.allocUnsafe(5);
      header[0] = 0x64;
      header.writeUInt32BE(chunk.length + 4, 1);
      wire.stream.write(header);
      wire.stream.write(chunk);
    }
    wire.stream.write(COPY_DONE);
    wire.stream.uncork();
  }

  handleCopyInResponse(): void {}
  handleCommandComplete(message: { text: string }): void {
    this.rows = Number(/\d+$/.exec(message.text)?.[0] ?? 0);
  }
  handleReadyForQuery(): void {
    this.resolve(this.rows);
  }
  handleError(error: Error): void {
    this.reject(error);
  }
}

class CopyOut {
  callback = (): void => {};
  private readonly text: string;
  private readonly onPiece: (piece: Buffer) => void;
  private readonly resolve: () => void;
  private readonly reject: (error: Error) => void;

  constructor(text: string, onPiece: (piece: Buffer) => void, resolve: () => void, reject: (error: Error) => void) {
    this.text = text;
    this.onPiece = onPiece;
    this.resolve = resolve;
    this.reject = reject;
  }

  submit(wire: Wire): void {
    wire.query(this.text);
  }
  /** The chunk lies in the parser's buffer, which is used again. */
  handleCopyData(message: { chunk: Buffer }): void {
    this.onPiece(message.chunk);
  }
  handleCommandComplete(): void {}
  handleReadyForQuery(): void {
    this.resolve();
  }
  handleError(error: Error): void {
    this.reject(error);
  }
}

const PIECES_BYTES = 65_536;

/** Pieces one behind the other: a row is a piece, and a Buffer for each would cost more than the row. */
export class Pieces {
  private bytes = Buffer.allocUnsafe(PIECES_BYTES);
  private length = 0;

  add(piece: Buffer): void {
    const length = this.length + piece.length;
    if (length > this.bytes.length) {
      const bytes = Buffer.allocUnsafe(Math.max(2 * this.bytes.length, length));
      this.bytes.copy(bytes, 0, 0, this.length);
      this.bytes = bytes;
    }
    piece.copy(this.bytes, this.length);
    this.length = length;
  }

  /** A view, of what was added so far. */
  whole(): Buffer {
    return this.bytes.subarray(0, this.length);
  }
}
