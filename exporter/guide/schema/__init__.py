"""The content model, understood: titles, roles of fields, ordering, dates."""
