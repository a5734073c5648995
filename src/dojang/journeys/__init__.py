"""What someone came to do. The only place that holds rules and sockets together."""
