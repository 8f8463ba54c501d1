"""What templates see: entries, assets, fields, lists, languages."""
