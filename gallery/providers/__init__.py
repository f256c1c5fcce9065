"""The services that can draw, each behind the same two methods (see base.py); engines.py chooses among them."""
