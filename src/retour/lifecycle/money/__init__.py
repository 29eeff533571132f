"""What is owed and what is paid: settlements, legs, refunds."""
