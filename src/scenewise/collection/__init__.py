"""Collections: what is in thousands of short videos, kept so that it can be searched."""
