// Make of every picture in a folder what the exporter makes of it: WebP in several widths, and one JPEG as the fallback.
import { readdirSync } from "node:fs";
import Image from "@11ty/eleventy-img";

const [source, outputDir, widths, fallback] = process.argv.slice(2);
const options = { outputDir, useCache: false, sharpWebpOptions: { quality: 78 }, sharpJpegOptions: { quality: 80 } };
let made = 0;
await Promise.all(readdirSync(source).map(async name => {
  const file = `${source}/${name}`, sets = [
    await Image(file, { ...options, widths: widths.split(",").map(Number), formats: ["webp"] }),
    await Image(file, { ...options, widths: [Number(fallback)], formats: ["jpeg"] }),
  ];
  for (const set of sets) made += Object.values(set).flat().length;
}));
console.log(made);
