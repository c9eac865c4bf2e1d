"""The views of the Explain page: why the networks answered as they did."""
