"""Systems built on the engine: networks, a solver, data, traces, pictures. The engine knows none of them."""
