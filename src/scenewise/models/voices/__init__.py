"""Voices: words into speech."""
