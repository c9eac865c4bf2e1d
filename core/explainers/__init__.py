"""Why a network said so: attribution methods behind one interface, and what each is worth."""
