"""Read-only looks across many cases: what people wrote about in a month."""
