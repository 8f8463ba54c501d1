import { readFileSync } from "node:fs";

const titles = JSON.parse(readFileSync(new URL("categories.json", import.meta.url), "utf-8"));

export default function (eleventy) {
  eleventy.addPassthroughCopy({ static: "/" });
  eleventy.addCollection("categories", (collections) => {
    const categories = Object.entries(titles).map(([slug, title]) => ({ slug, title, places: [] }));
    const bySlug = new Map(categories.map((category) => [category.slug, category]));
    for (const place of collections.getFilteredByTag("place")) bySlug.get(place.data.category).places.push(place);
    return categories;
  });
  return {
    dir: { input: "content", includes: "../_includes", output: "_site" },
    htmlTemplateEngine: "liquid",
    markdownTemplateEngine: false,
  };
}
