"""Duty lists of posts and micro-grids, and the tasks that recurring duties become."""
