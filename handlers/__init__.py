"""The hand-written side of the contract: one class per tag, and `app.py`, where everything meets."""
