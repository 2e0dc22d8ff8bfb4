"""Grid Party branches: who belongs where, which micro-grids and households are in whose care."""
