"""The counterfactual probe: change one thing in a scan, and see what the networks say then."""
