"""The guide as an EPUB 3.3: a book of the pages that the theme's templates made."""
