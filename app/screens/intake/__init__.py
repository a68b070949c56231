"""The phone: Start, the interview, what waits, questions, and what is added later."""
