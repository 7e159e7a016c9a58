"""Small models are trained fastest by one thread."""

from one_threaded import one_thread as one_thread  # pytest finds fixtures by their names here
