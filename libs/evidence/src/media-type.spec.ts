import { imageSizeOf } from './image-size.ts';
import { mediaTypeOf } from './media-type.ts';

const typeOf = (content: string | Buffer, isAll = true): string =>
  mediaTypeOf(typeof content === 'string' ? Buffer.from(content) : content, isAll);
const png = (width: number, height: number): Buffer => {
  const head = Buffer.from('89504e470d0a1a0a0000000d4948445200000000000000000806000000', 'hex');
  head.writeUInt32BE(width, 16);
  head.writeUInt32BE(height, 20);
  return head;
};

describe('the type of evidence', () => {
  it.each([
    ['text/plain', 'Bill of lading 17\nBox SYNU 000001 4\n'],
    ['text/plain', '<html><script>alert(1)</script>'],
    ['text/plain', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'],
    ['text/plain', 'Prose, with a comma\nand without\n'],
    ['text/plain', ''],
    ['text/csv', 'time,lat,lon\n2018-08-26T00:00:00Z,38.9,121.6\n'],
    ['text/csv', 'name,place\r\n"Doe, Jane",Busan\r\n'],
    ['application/pdf', '%PDF-1.7\n'],
    ['image/gif', 'GIF89a/*\n<script>'],
    ['application/zip', 'PK\x03\x04rest'],
    ['application/octet-stream', 'text with a NUL \0 in it'],
  ])('is %s for %j, whatever its name says', (type, content) => {
    expect(typeOf(content)).toBe(type);
  });

  it('is told by bytes that no text has, and not told by a cut in a character', () => {
    expect(typeOf(Buffer.from([0xff, 0xd8, 0xff, 0xe0]))).toBe('image/jpeg');
    expect(typeOf(Buffer.from([0x1f, 0x8b, 8]))).toBe('application/gzip');
    expect(typeOf(Buffer.from('RIFF\x10\0\0\0WEBPVP8 ', 'latin1'))).toBe('image/webp');
    expect(typeOf(Buffer.from('RIFF\x10\0\0\0WAVEfmt ', 'latin1'))).toBe('application/octet-stream');
    const cut = Buffer.from('평양').subarray(0, 4);
    expect([typeOf(cut, false), typeOf(cut)]).toEqual(['text/plain', 'application/octet-stream']);
    expect(typeOf(Buffer.from([0x61, 0xff, 0x62]))).toBe('application/octet-stream');
  });
});

describe('the size of an image', () => {
  it('is read before anything unpacks it', () => {
    expect(imageSizeOf(png(640, 480), 'image/png')).toEqual({ width: 640, height: 480 });
    expect(imageSizeOf(png(100_000, 100_000), 'image/png')).toEqual({ width: 100_000, height: 100_000 });
    expect(imageSizeOf(Buffer.from('47494638396140014001', 'hex'), 'image/gif')).toEqual({ width: 320, height: 320 });
    const jpeg = Buffer.from('ffd8ffe00004aaaaffc0001108006400c8030111', 'hex');
    expect(imageSizeOf(jpeg, 'image/jpeg')).toEqual({ width: 200, height: 100 });
    const webp = Buffer.concat([Buffer.from('RIFF....WEBPVP8X........', 'latin1'), Buffer.from('0f00001f0000', 'hex')]);
    expect(imageSizeOf(webp, 'image/webp')).toEqual({ width: 16, height: 32 });
  });

  it('is not known of what is cut off, empty or no image', () => {
    expect(imageSizeOf(png(1, 1).subarray(0, 20), 'image/png')).toBeUndefined();
    expect(imageSizeOf(png(0, 1), 'image/png')).toBeUndefined();
    expect(imageSizeOf(Buffer.from('ffd8ffe00004aaaa', 'hex'), 'image/jpeg')).toBeUndefined();
    expect(imageSizeOf(Buffer.from('text'), 'text/plain')).toBeUndefined();
  });
});
