"""The shopper's portal: from an order number to a return, without an account."""
