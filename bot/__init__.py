"""The program: see docs/architecture.md for its map."""
