"""Use cases on plain documents and the work of the outbox."""
