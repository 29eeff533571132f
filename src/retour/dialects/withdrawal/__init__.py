"""What consumers read who withdraw: the labels of the law, the page's words, the mail's."""
