"""The cache and the message broker, when Redis may be away."""
