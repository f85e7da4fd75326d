"""Sentences of articles that contradict or repeat each other. Begin at `detection`."""
