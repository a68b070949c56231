"""What belongs to the device and not to a complaint: the lock, the first run, language, brightness, honest
limits."""
