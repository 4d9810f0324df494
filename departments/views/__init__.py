"""The administrator's pages: when a department is open, what it offers, who works there."""
