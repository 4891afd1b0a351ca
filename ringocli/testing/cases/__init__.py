"""Case files as tests: finding them, running them without a network, updating them, and recording new ones."""
