"""Who turns texts into vectors: the model in this process, or a server."""
