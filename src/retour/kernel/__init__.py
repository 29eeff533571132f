"""Words every room shares: ids, money, refusals, problems. Imports nothing of ours."""
