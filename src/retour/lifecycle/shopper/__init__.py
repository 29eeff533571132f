"""What shoppers may do with their own return."""
