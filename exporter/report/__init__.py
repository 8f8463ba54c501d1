"""What a run did and what it met: counts, problems, annotations."""
