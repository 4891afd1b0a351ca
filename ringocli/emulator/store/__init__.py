"""The emulator's record of exchanges: the database, the ledger that writes to it, and searching it."""
