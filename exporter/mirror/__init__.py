"""content/ and .syncstate: what the space holds, as files that git can diff."""
