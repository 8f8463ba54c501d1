"""Pages as records: slots for what pages share, buckets for what travels together. Pure; no files are touched."""
