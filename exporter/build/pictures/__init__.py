"""Pictures in a build: what the files of assets are, and the variants that pages offer."""
