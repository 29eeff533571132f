"""Control of money: limits, promises that wait for agreement, the database's epoch."""
