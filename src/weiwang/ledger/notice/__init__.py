"""The public face of a grid: what its notice board says, drawn, and printed."""
