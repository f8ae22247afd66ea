/** How large an image says that it is, read from its first bytes: what is shown is decided before anything unpacks it. */
import type { MediaType } from './media-type.ts';

/** In pixels. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** `undefined`: no image, or one that does not say it where it should. @param head the first HEAD_BYTES */
export function imageSizeOf(head: Uint8Array, type: MediaType): ImageSize | undefined {
  const view = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  try {
    const size = readers[type]?.(view);
    return size !== undefined && size.width > 0 && size.height > 0 ? size : undefined;
  } catch (error) {
    // Cut off before its size.
    if ((error as { code?: unknown }).code === 'ERR_OUT_OF_RANGE') return undefined;
    throw error;
  }
}

const readers: { readonly [Type in MediaType]?: (head: Buffer) => ImageSize | undefined } = {
  // PNG (W3C), 11.2.1: IHDR comes first.
  'image/png': (head) => ({ width: head.readUInt32BE(16), height: head.readUInt32BE(20) }),
  // GIF89a, 18: logical screen descriptor.
  'image/gif': (head) => ({ width: head.readUInt16LE(6), height: head.readUInt16LE(8) }),
  'image/jpeg': jpegSize,
  'image/webp': webpSize,
};

/** ITU-T T.81, annex B: segments up to a start of frame, SOF0 to SOF15 but for DHT, JPG and DAC. */
function jpegSize(head: Buffer): ImageSize | undefined {
  for (let at = 2; head.readUInt8(at) === 0xff;) {
    const marker = head.readUInt8(at + 1);
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc)
      return { height: head.readUInt16BE(at + 5), width: head.readUInt16BE(at + 7) };
    at += 2 + head.readUInt16BE(at + 2);
  }
  return undefined;
}

/** RFC 9649, section 2: one of three chunks comes first. */
function webpSize(head: Buffer): ImageSize | undefined {
  const chunk = head.toString('latin1', 12, 16);
  if (chunk === 'VP8X') return { width: head.readUIntLE(24, 3) + 1, height: head.readUIntLE(27, 3) + 1 };
  if (chunk === 'VP8L') {
    const bits = head.readUInt32LE(21);
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  return chunk === 'VP8 ' ? { width: head.readUInt16LE(26) & 0x3fff, height: head.readUInt16LE(28) & 0x3fff } : undefined;
}
