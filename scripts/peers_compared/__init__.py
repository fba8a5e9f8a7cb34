"""PyTorch and JAX beside the engine, op by op: their calls, what they answer, and where they differ."""
