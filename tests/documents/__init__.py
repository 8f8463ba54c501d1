"""Tests of the README, the reference and the contributor's guide: complete, and true."""
