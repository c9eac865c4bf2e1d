"""The report: facts, the sentences made of them, and the documents that carry both."""
