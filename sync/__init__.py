"""Moving cells: the client's side of the relay, and the relay itself in `sync.relay`."""
