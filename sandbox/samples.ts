/** Small files a simulated client can send: made here, so the folder carries no binaries. */
import { crc32, deflateSync } from "node:zlib";

interface Sample {
  mime: string;
  filename: string;
  bytes: () => Buffer;
}

/** One sample per media type of WhatsApp. */
export const SAMPLES: { [type in "image" | "audio" | "video" | "document" | "sticker"]: Sample } = {
  image: { mime: "image/png", filename: "picture.png", bytes: once(() => picture(320, 200)) },
  audio: { mime: "audio/ogg; codecs=opus", filename: "voice.ogg", bytes: once(() => silence(3)) },
  video: { mime: "video/mp4", filename: "clip.mp4", bytes: once(emptyMovie) },
  document: { mime: "application/pdf", filename: "contract.pdf", bytes: once(onePagePdf) },
  sticker: { mime: "image/webp", filename: "sticker.webp", bytes: once(() => Buffer.from(SMILE, "base64")) },
};

function once(make: () => Buffer): () => Buffer {
  let made: Buffer | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** A PNG with a sky and a hill. */
function picture(width: number, height: number): Buffer {
  const rows: Buffer[] = [];
  for (let y = 0; y < height; y++) {
    const row = Buffer.alloc(1 + width * 3);
    for (let x = 0; x < width; x++) {
      const hill = y > height * 0.62 - Math.sin((x / width) * Math.PI) * height * 0.22;
      const sun = (x - width * 0.76) ** 2 + (y - height * 0.24) ** 2 < 380;
      const [red, green, blue] = sun ? [255, 216, 112] : hill ? [72, 128 - y / 4, 92] : [120 + y / 2, 178 + y / 3, 228];
      row.set([red, green, blue].map(Math.round), 1 + x * 3);
    }
    rows.push(row);
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const chunk = (name: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(name, "ascii"), data]);
    const frame = Buffer.alloc(8 + body.length);
    frame.writeUInt32BE(data.length, 0);
    body.copy(frame, 4);
    frame.writeUInt32BE(crc32(body), 4 + body.length);
    return frame;
  };
  const magic = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    magic,
    chunk("IHDR", head),
    chunk("IDAT", deflateSync(Buffer.concat(rows))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** An Ogg Opus file of silence: real players and parsers take it. RFC 7845, mono, packets of 20 ms. */
function silence(seconds: number): Buffer {
  const head = Buffer.concat([Buffer.from("OpusHead"), Buffer.from([1, 1, 0x38, 0x01, 0x80, 0xbb, 0, 0, 0, 0, 0])]);
  const tags = Buffer.concat([Buffer.from("OpusTags"), Buffer.from([4, 0, 0, 0]), Buffer.from("none"), Buffer.alloc(4)]);
  const packet = Buffer.from([0xf8, 0xff, 0xfe]);
  const count = seconds * 50;
  const pages = [oggPage([head], 0, 0, 2), oggPage([tags], 0, 1, 0)];
  for (let sent = 0; sent < count; sent += 50) {
    const packets = Array.from({ length: Math.min(50, count - sent) }, () => packet);
    pages.push(oggPage(packets, (sent + packets.length) * 960, pages.length, sent + 50 >= count ? 4 : 0));
  }
  return Buffer.concat(pages);
}

function oggPage(packets: Buffer[], granule: number, sequence: number, flags: number): Buffer {
  const head = Buffer.alloc(27);
  head.write("OggS", 0, "ascii");
  head[5] = flags;
  head.writeBigUInt64LE(BigInt(granule), 6);
  head.writeUInt32LE(0x5a4d, 14);
  head.writeUInt32LE(sequence, 18);
  head[26] = packets.length;
  const page = Buffer.concat([head, Buffer.from(packets.map((packet) => packet.length)), ...packets]);
  page.writeUInt32LE(oggChecksum(page), 22);
  return page;
}

/** CRC-32 with the plain (not mirrored) polynomial 0x04c11db7, as Ogg wants it. */
function oggChecksum(bytes: Buffer): number {
  let sum = 0;
  for (const byte of bytes) {
    sum ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) sum = sum & 0x80000000 ? (sum << 1) ^ 0x04c11db7 : sum << 1;
  }
  return sum >>> 0;
}

/** An MP4 that holds no track: enough for a type check, nothing to play. */
function emptyMovie(): Buffer {
  const box = (name: string, data: Buffer) => {
    const size = Buffer.alloc(4);
    size.writeUInt32BE(8 + data.length);
    return Buffer.concat([size, Buffer.from(name, "ascii"), data]);
  };
  const brand = Buffer.concat([Buffer.from("isom"), Buffer.from([0, 0, 2, 0]), Buffer.from("isommp41")]);
  return Buffer.concat([box("ftyp", brand), box("moov", box("mvhd", Buffer.alloc(100))), box("mdat", Buffer.alloc(0))]);
}

function onePagePdf(): Buffer {
  const content = "BT /F1 20 Tf 72 720 Td (Sample contract) Tj ET";
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
  ];
  let text = "%PDF-1.4\n";
  const offsets = objects.map((object, index) => {
    const offset = text.length;
    text += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const table = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  const tail = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}`;
  text += `${tail}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${text.length}\n%%EOF\n`;
  return Buffer.from(text, "latin1");
}

/** A smiling face, 192 x 192 WebP. */
const SMILE = [
  "UklGRl4NAABXRUJQVlA4WAoAAAAwAAAAvwAAvwAASUNDUMgBAAAAAAHIAAAAAAQwAABtbnRyUkdCIFhZWiAH4AABAAEAAAAAAABhY3NwAAAAAA",
  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQAA9tYAAQAAAADTLQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
  "AAAAAAlkZXNjAAAA8AAAACRyWFlaAAABFAAAABRnWFlaAAABKAAAABRiWFlaAAABPAAAABR3dHB0AAABUAAAABRyVFJDAAABZAAAAChnVFJDAA",
  "ABZAAAAChiVFJDAAABZAAAAChjcHJ0AAABjAAAADxtbHVjAAAAAAAAAAEAAAAMZW5VUwAAAAgAAAAcAHMAUgBHAEJYWVogAAAAAAAAb6IAADj1",
  "AAADkFhZWiAAAAAAAABimQAAt4UAABjaWFlaIAAAAAAAACSgAAAPhAAAts9YWVogAAAAAAAA9tYAAQAAAADTLXBhcmEAAAAAAAQAAAACZmYAAP",
  "KnAAANWQAAE9AAAApbAAAAAAAAAABtbHVjAAAAAAAAAAEAAAAMZW5VUwAAACAAAAAcAEcAbwBvAGcAbABlACAASQBuAGMALgAgADIAMAAxADZB",
  "TFBI0AUAAA2gB+3/4ib61obUt140tbkUd6/sud9hhbq7K+7uUG9xJ3Rwd/bccE3QBHfS0g7L1f67yf729/viNxExAfC/VFt5KJXO9hxnz9m7ws",
  "Nqg6HaUP1Yr9fdRVA/f5WH0gf+u6s9x9lz9s5KpUerq3qd9pc/sWLek+f9QGofpYfKv9OvgnCiARnmPXm+HxBr48fzqj8F4UQDGtzT4oB4Gz+e",
  "b7es7D4KeuX6gUxdkhN+WXScdRbDssxAxhZBOY2Lt9QzzCI8F2TfN7vjwvX1jLJOyAQq+o4KLFxWxyDHzBigZpv8wSuKnzLGPCMTqOqUEVVY1M",
  "SSPsuBunZT/DL/YIbrPBXQuEfxldH3mWCekQqUNokcW17SQL+AUqC43ZRPkv+gXVgk0L1DyfL1VLOuMAHaK5Y1J9fRq8dKYGF4QchFWuUOBzZ6",
  "b6pcSiWLZcBMy0KzlH/pY7cdWBobPKyGNq22AFsDZwXdoUuPCmBtx+VpJ2jyxQRgb5sNM/fTI+1bYLFV1ZaVtPj2S2CzWeWOXXQIzABWm6rLj9",
  "Ggwxxgt2LT2Avy81wCLLfdknxdbo5VwPZWq4KfystmM7DeuySoVlbLgP19EuPlFA0YHGG5Sj4d0lAAJeUX5GKxHnBovTyiXibzAIudogrkMUiJ",
  "Bsg6f0QObrMBkevyHshgCmDSPWUSeT27owLiTx8nzbQMcGlWnEpaImCzd8dVZDllowPmzX5C1AzAp3POOJJ8AhECcT9fIWg8YNR81Axy3D9FCY",
  "QdvUfMaMCped4cUtx/QAokVhkIyQasWiYtJsM+GC2QucZARA7g1WFEBRERiIG45STwgFmfNgIBwaiBYLV05t/jZtDuBsm+A9y69d4tWTRyIFgt",
  "lXUgdr75uVaiIMCu7ZebJRqEHhi0XRoTP/z4/dYsSVfAr5OzVhIeQdDvT0n6YYgXXmU8AMNKE50EPIqAFyTwxZGv5nWfh854pl448tQ3Ga0d4N",
  "iOu2k0XySBhw57vppXFg5L7vexxxmwpxCNpnhdxhmMxmFJIRpN8bqMMxgN/wYOSQbjiQokia8uBg5JhlcXUfGaTDSezgNJ942n8UWSxng6DyTp",
  "0Kcx3k3ODkXVL4zXpPdEkQ4k1HmgSCOFxve1mE4KgUeRIIXORIkgfbMUIPAIEuCNhs5EiR59szQg8OgRQOL9X6Fnu1S7A22RUytIVXtwCHK2gO",
  "TqYOSopTvc2Q01D89K17B7EGo2AoHqYNSoSRDa+CDm+kMSYMtQxKwFImdnWaLFsJIMQ1UiWiqB0DmZlkh5Qcy9Q5FIWQPELsgyR0nDYnKunB2K",
  "kvVA8Lx8E4Q0zyDpxIVIhKwBovMm26Lj+WSynhRORcdEILyof29kHP+dtKb0Mlw0pgHxxy9EoWIZyDBvjDMiHi+Sw5PRSxERBLLcrs9CQyHItC",
  "CoDxL+2SSX+rAlHAoMCSBb/eSVKIgCGW/XZyGgEGSd9+0nzDu6R16NQ2Z0Ytz5cSDz2iHl3ky7lgKyvxe10YlhT0KAgtfTtimYJQ4GKv4zT23K",
  "qIZQoOSug8WMigZqlv28ugWDXg4Cim5aqeaYUx0EVBUmbHFlzO3hQNnziWt8mHItDKh7LWJxH4YcTwcKPxoWmsSMJWuBymL2/Uo3JjyMA2rvmD",
  "D/CwYcyQKKP4zsMsOCcmKBBqjePH/L8o5UuxQK1D8Zy0+1o1bNpCPAwIbSsmnD6dS8ZiYw8n7Wo5IOFLqYAAw9lv3xVDvK1Ew6CkxtKF0cleFE",
  "kSclq4C5T4tXDM5vQ4nbC7YCk+uWFX5Z4EUB7RwBmF2/fGGv0V1kdnzWJWB6Y9Xsh8HhPWVzYv1GQOB99brn4aHeMri+fh2g8fK6jZZffzPAgq",
  "D63/ftqwNUNp/ft/d84Ndftybizr79AqC05vC+fU5fdFWp7CSouaw5c+gxYPbswTNarbVKpfrIQaFQtFAorKFOFF+KovjsikarrQMc39NqtZef",
  "iaL4UhTr4H9PAlZQOCCYBQAAkCMAnQEqwADAAD61UqVNJz+joihxSlvwFolibuDBj/kAzTHk/1mtieR5DLtyL6/a555136H3kvmA/cH1ivSj/k",
  "fUA/2PUO+gB5cfsjf4fzo/UA///A5+TP6j9KvlHRO+wGU6wa0gTM+8ALs4j3D9PAyOk1Gk1BVXYE1byfAkwVyB5osZbqM1nm1NexXIHmMWtZ5x",
  "cSXPJ4aTyxKunOSIywznq7fFa+y6N3ylydJXv7Zwoc0HJ1KnZn8GXw4LxOqjzfKYQkI7R5zWDqkDQLkeCubEpEmOm1MMuI65kVlBuGimHAntDd",
  "i4XksdaX8g7/vCavWzlQYzgpzeUuiMbWq2o7FE+FxHKh5/vIloBWTunwZFrYI5e+p7Vmoz0dfsbGHnJoSlJwAA/VgQx4Vf/6SluPZmWB2+/YAM",
  "LEnVv8R5x5S0x0CiGslXtUVgJjOU35Tv/SEdL20+9+IO23CVZdOtLfMwUTYZvj3qIj5oOgOiR3hA70H+b1OQAS0mcbKWhl3p5Nh2usHTAizmZn",
  "8iDOAooGgXYzmjVda0e6cklQwLQLLtXViXP0wLrjzidQvQwsnhCW95yBXWL2m4U6yYNLOMyebgi0FymJWjK2+hvZ4AAAny365g0oresz0wk6UC",
  "FbnXCN3TQGnd97zbvO0KTJWMjlLH1KSaCkTp82bBqREgAACx+OnaM70Jhvy8YGfQ6grMh0XgrX//oqHMCQd1XcOGPEC/pht+CEwvDSF+rilsO2",
  "WVc7KzApTLMmUaE2oVi4i0lC7+1zeAJ5J9/Mb4Qh06vHUjRBykf2LuqrpG6Qov5jSYNIhdG1hlzFWcfu0gsxS39ce/6yMkbOEGMOrBl7PvTq44",
  "E+SxVOPh8KP48mra9Fb0W1///6HMI1E0ckfT9vYOO75gQewQ4RrV1a0DXnZnH9BHgTCEUVTJknsx2/i7zwgtv+R7cGR9DSSdcIRCOlq80Aovbr",
  "gnqabpk+FqFxNbBZ4g+iVz+uBR8HwUh4jmjs+c+vtemhwUIasLp163yhYO/QHf1vha3XcjsVw3DQANWN2uRc0QEzlkGDNs3uwE9+g8ObDxkErz",
  "PifNaF32GSU2iNBzk281qiYIJefPwpkJoF++p2SKSSW2rQJ771osfAdMmQZlaKoqTWofWs9tT4yOyx58+kwcm6YWPyr/q85Ht9JqsB4NkS/Vnp",
  "fttSvoda3r8k08A8O6rOeryFngF4P+csh06rpuCfnVQ3HSLRJ1Wr/ZT28vPZAPU98SPiZSXee3L36vuseUt1EGHdc3Ei94oCY7dert/zAoXfWv",
  "USV9bhVo1rBP00swawkep0oBngvOAeMueuq3S/YSWZr+Sr9rvBndv/sEidHeg1R8QF4HUYM79lYC54sj2F2+Dnu6GphTG42QeDRGfJUXBoDfxI",
  "Q6RdrWT4dQAsNahH/Ok299NgiuttwlDd6TEEpj1r95qSl8K26xwBfxokoR/e16yOquOK3u2Jzijg1yaDWoiCn4nsUVatQjjAr2wkmT50FlZmE3",
  "Juurz5PBSRh6uSQGmwFW7W70rMaLO3pTbuJjVTZlb95+gORuA8kSLVZZ/7jQoQ/dXFRw5Ssk5lfmu6ON7SQ0Jy/+D1J0NU8BVnD9odDPULcF0W",
  "6vo7Q7YqWBywspvoB+5PZFxt1Tivrerd+IAyBYCjDuTHiBhzU42kh7pG1n+iJQA2VNHMUGlWIoJHeFRVEZeJcKdpPQUmIbNP6TTuwvV8OKbusc",
  "vfEks15vZj8EnlWEBRHZwX6Z6mJLWvwulAv7tLrvyW/gHHR6RbhvquXMNcEEbvUK4KA6mJFCsg+EyApQpYFAXdUkpQwzgDGcR//Sv+WOg4iB+A",
  "dkT/i/D2ps0aO3Cffn0Oj63arIdn6/Xpa8JuMwbvF8PuKb1Pr3Ov//0TFoeAAAAA==",
].join("");
