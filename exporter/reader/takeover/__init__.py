"""Go on from a published guide on an empty disk: what it gives is hostile until it is checked."""
