"""Everything about PostgreSQL that knows no app: statements, pipeline, transactions, backend."""
