"""What a return waits for, until when, and what happens then."""
