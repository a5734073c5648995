"""How every process is served: health, metrics, problem bodies, limits, signed calls, a graceful stop."""
