"""The HTTP side of the local endpoint: queries, answers, faults."""
