"""What pictures say of themselves: kind and size."""
