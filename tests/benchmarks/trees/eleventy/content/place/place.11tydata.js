export default {
  layout: "place.liquid",
  tags: "place",
  eleventyComputed: { permalink: (data) => `place/${data.page.fileSlug}/` },
};
